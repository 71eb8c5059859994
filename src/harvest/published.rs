//! The catalogue in every profile and form: made once a load, sent to everyone.

use std::{
    fmt, io,
    path::Path,
    sync::{Arc, LazyLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{HeaderValue, X_CONTENT_TYPE_OPTIONS},
};

use super::{Asked, Format, Profile, Source};
use crate::{
    clock::Timestamp,
    config::CatalogSettings,
    dataset::{Catalog, Checksums, EntityTag},
    policy::Policy,
    response::{
        Refusal,
        kept_text::{KeptText, TextWriter},
        media::Formats,
        prepared::Prepared,
        representation::{BY_CODING, Caching, Representation, coding_of_only},
        validators::Validators,
    },
};

/// The catalogue as it is sent; none where nobody has said at which address it is.
pub struct Published {
    ingredients: Arc<Ingredients>,
    forms: LazyLock<Option<Forms>, Box<dyn FnOnce() -> Option<Forms> + Send>>,
    since: SystemTime,
}

/// Parts of a catalogue, kept until somebody asks for it.
#[derive(Clone)]
pub struct Ingredients {
    /// The address of the whole, without a slash at its end.
    pub base_url: Box<str>,
    /// Everything that is published.
    pub catalog: Arc<Catalog>,
    /// The rule of each collection.
    pub policy: Policy,
    /// The words of this member about itself.
    pub settings: CatalogSettings,
    /// The issuer identifier of the authorization server.
    pub issuer: Box<str>,
    /// The folder of files.
    pub folder: Box<Path>,
    /// The time of the load.
    pub now: Timestamp,
}

type Documents = Vec<((Profile, Format), Arc<Prepared>)>;

/// Everything that is sent, and what is kept for the next load.
#[derive(Clone)]
struct Forms {
    documents: Documents,
    /// As JSON and as YAML.
    open_energy: Option<[Arc<Prepared>; 2]>,
    checksums: Checksums,
}

impl Published {
    /// Everything that `ingredients` make, as of their load, with what `previous` knows of files that have not changed.
    #[must_use]
    pub fn new(ingredients: Ingredients, previous: Option<&Self>) -> Self {
        let since = UNIX_EPOCH + Duration::from_secs(ingredients.now.unix_time().as_secs());
        let before = previous.and_then(|previous| LazyLock::get(&previous.forms)?.clone());
        let ingredients = Arc::new(ingredients);
        let of_forms = Arc::clone(&ingredients);
        let forms = move || of_forms.forms(before.as_ref());
        let published = Self {
            ingredients,
            forms: LazyLock::new(Box::new(forms)),
            since,
        };
        published.following(previous)
    }

    /// The same of another `catalog`, as of `now`.
    #[must_use]
    pub fn with_catalog(&self, catalog: Arc<Catalog>, now: Timestamp) -> Self {
        let ingredients = Ingredients {
            catalog,
            now,
            ..Ingredients::clone(&self.ingredients)
        };
        Self::new(ingredients, Some(self))
    }

    /// Makes every form, so that nobody waits for them.
    pub fn make(&self) {
        LazyLock::force(&self.forms);
    }

    /// As this, but as of `previous` when that says the same.
    fn following(mut self, previous: Option<&Self>) -> Self {
        if let Some(previous) = previous.filter(|previous| previous.tags() == self.tags()) {
            self.since = previous.since;
        }
        self
    }

    fn tags(&self) -> Vec<&EntityTag> {
        let each = self.forms.iter().flat_map(Forms::each);
        each.map(|form| form.entity_tag()).collect()
    }

    /// The answer to `request` for what is `asked` of it.
    ///
    /// # Errors
    /// [`Refusal`] where the form is refused, a precondition fails, or there is no catalogue.
    pub fn answer(&self, request: &HttpRequest, asked: Asked) -> Result<HttpResponse, Refusal> {
        let forms = self.forms.as_ref().ok_or(Refusal::NoRoute)?;
        let wanted = (asked.profile, asked.format);
        let mut documents = forms.documents.iter();
        let found = documents.find(|(form, _)| *form == wanted);
        let (_, form) = found.ok_or(Refusal::Fault)?;
        let answer = if asked.is_negotiated {
            form.answer_of_several(request, self.since)
        } else {
            form.answer(request, self.since)
        };
        answer.map(unsniffed)
    }

    /// The answer to `request` for the metadata file of Open Energy, as YAML or as JSON.
    ///
    /// # Errors
    /// As [`Self::answer`].
    pub fn open_energy(
        &self,
        request: &HttpRequest,
        is_yaml: bool,
    ) -> Result<HttpResponse, Refusal> {
        let forms = self.forms.as_ref().ok_or(Refusal::NoRoute)?;
        let [json, yaml] = forms.open_energy.as_ref().ok_or(Refusal::Fault)?;
        let form = if is_yaml { yaml } else { json };
        form.answer(request, self.since).map(unsniffed)
    }

    /// The answer to `request` for the columns of the collection `id`, where everybody may know of it.
    ///
    /// # Errors
    /// [`Refusal`] where they are not described, the form is refused, and a precondition fails.
    pub fn csvw(&self, request: &HttpRequest, id: &str) -> Result<HttpResponse, Refusal> {
        let checksums = Checksums::default();
        let document = self.ingredients.source(&checksums).csvw(id);
        let octets = document.ok_or(Refusal::NoRoute)?.to_string().into_bytes();
        let representation = Representation {
            content_type: CSVW,
            coding: coding_of_only(request, CSVW)?,
            chosen_by: Some(BY_CODING),
            caching: Caching::Public(Validators {
                is_weak: false,
                entity_tag: Some(EntityTag::of(&octets)),
                last_modified: None,
            }),
        };
        representation.whole(request, || octets).map(unsniffed)
    }
}

impl Ingredients {
    /// The catalogue of these, with `checksums`.
    #[must_use]
    pub fn source<'s>(&'s self, checksums: &'s Checksums) -> Source<'s> {
        Source {
            base_url: &self.base_url,
            catalog: &self.catalog,
            policy: &self.policy,
            settings: &self.settings,
            issuer: &self.issuer,
            checksums,
            now: self.now,
        }
    }

    /// Every form; what says the same as `before` is that, with the codings that were made of it.
    fn forms(&self, before: Option<&Forms>) -> Option<Forms> {
        if self.base_url.is_empty() {
            return None;
        }
        let listed = self.catalog.listed_after(None).iter();
        let files = listed.flat_map(|collection| collection.representations());
        let known = before.map(|before| before.checksums.clone());
        let known = known.unwrap_or_default();
        let checksums = known.read(&self.folder, files, MOST_BYTES_READ);
        let source = self.source(&checksums);
        let prepare = |content_type, text: KeptText| {
            let prepared = Prepared::kept(content_type, text);
            let same = before.and_then(|before| before.same(&prepared));
            same.unwrap_or_else(|| Arc::new(prepared))
        };
        let fault = |error: &io::Error| {
            tracing::error!("the catalogue could not be written: {error}");
        };
        let documents = documents(source, prepare).inspect_err(fault);
        let open_energy = open_energy(source).inspect_err(fault);
        Some(Forms {
            documents: documents.unwrap_or_default(),
            // JSON is YAML 1.2 as it stands.
            open_energy: open_energy
                .ok()
                .map(|text| [JSON, YAML].map(|content_type| prepare(content_type, text.clone()))),
            checksums,
        })
    }
}

impl Forms {
    fn each(&self) -> impl Iterator<Item = &Arc<Prepared>> {
        let documents = self.documents.iter().map(|(_, form)| form);
        documents.chain(self.open_energy.iter().flatten())
    }

    /// The form that says the same as `prepared`.
    fn same(&self, prepared: &Prepared) -> Option<Arc<Prepared>> {
        let mut each = self.each();
        each.find(|form| form.says_the_same(prepared)).cloned()
    }
}

/// The catalogue in every profile and form, each prepared by `prepare`.
fn documents(
    source: Source<'_>,
    prepare: impl Fn(&'static str, KeptText) -> Arc<Prepared>,
) -> io::Result<Documents> {
    let mut documents = Vec::new();
    for profile in Profile::ALL {
        let texts = source.write(profile, Format::ALL, TextWriter::new)?;
        for (format, text) in Format::ALL.iter().zip(texts) {
            let prepared = prepare(format.media().content_type, text.finish()?);
            documents.push(((profile, *format), prepared));
        }
    }
    Ok(documents)
}

/// The metadata file of Open Energy.
fn open_energy(source: Source<'_>) -> io::Result<KeptText> {
    let mut text = TextWriter::new();
    source.write_open_energy(&mut text)?;
    text.finish()
}

/// `answer` as nothing but what its media type says.
fn unsniffed(mut answer: HttpResponse) -> HttpResponse {
    let headers = answer.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

impl fmt::Debug for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Published")
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}

const JSON: &str = "application/json";
const YAML: &str = "application/yaml";
const CSVW: &str = "application/csvm+json";
/// Octets of new files that one load reads for their checksums; what is beyond has its own after a later load.
const MOST_BYTES_READ: u64 = 256 * 1024 * 1024;
