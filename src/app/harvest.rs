//! Requests of harvesters: open to everyone, whoever asks and whatever is sent along.

mod route;

use actix_web::HttpResponse;

use super::context::RequestContext;
use crate::{harvest::Asked, log::Access, response::Refusal};

pub(super) use route::HarvestRoute;

impl RequestContext<'_> {
    /// The answer to a request for `route`.
    pub(super) fn harvest(
        self,
        route: &HarvestRoute,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        let format = match route {
            HarvestRoute::Api(kind) => return self.site.description.api(self.request, *kind),
            HarvestRoute::Csvw(id) => {
                let answer = self.site.harvest.csvw(self.request, id)?;
                access.dataset(id);
                return Ok(answer);
            }
            HarvestRoute::OpenEnergy { is_yaml } => {
                return self.site.harvest.open_energy(self.request, *is_yaml);
            }
            HarvestRoute::Any => None,
            HarvestRoute::One(format) => Some(*format),
        };
        let asked = Asked::read(self.request, &self.parameters(), format)?;
        self.site.harvest.answer(self.request, asked)
    }
}
