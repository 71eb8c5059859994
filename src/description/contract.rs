//! The operations of the service before this one.

use super::{
    Description,
    access::Access,
    operation::{Operation, parameter},
    paths::guarded,
    schemas,
};
use crate::dataset::grid::Peril;

/// The operation `method` of `path` in the old contract; none when there is none.
pub(super) fn find(about: &Description<'_>, path: &str, method: &str) -> Option<Operation> {
    Some(match (path, method) {
        ("/location", "POST") => Operation {
            body: Some(schemas::contract_body()),
            problems: vec![404, 408, 413, 415],
            ..of_contract(
                "contractLocations",
                "Records of many places",
                Access::chosen(about.policy),
                "ContractLocations",
            )
        }
        .led_on()
        .noted(),
        ("/perils", "GET") => of_contract(
            "contractPerils",
            "What there is",
            Access::catalogue(about.policy),
            "ContractListing",
        )
        .cacheable()
        .noted(),
        ("/allperils", "GET") => Operation {
            parameters: vec![parameter("contractLat"), parameter("contractLon")],
            ..of_contract(
                "contractAllPerils",
                "All perils at one place",
                Access::all_of(about.policy, &Peril::ALL),
                "ContractAllPerils",
            )
        }
        .cacheable()
        .led_on()
        .noted(),
        (_, "GET") => {
            let name = path.strip_prefix('/')?;
            let peril = Peril::ALL.into_iter().find(|peril| peril.name() == name)?;
            let names = [
                "contractLat",
                "contractLon",
                "contractYear",
                "contractScenario",
            ];
            let summary = format!("{} at one place", peril.title());
            let operation = Operation {
                parameters: names.map(parameter).to_vec(),
                ..of_contract(
                    &format!("contract-{name}"),
                    &summary,
                    Access::all_of(about.policy, &[peril]),
                    "ContractPeril",
                )
            }
            .cacheable()
            .led_on();
            if peril == Peril::Fire {
                operation.noted()
            } else {
                operation
            }
        }
        _ => return None,
    })
}

fn of_contract(id: &str, summary: &str, access: Access, schema: &str) -> Operation {
    guarded(id, "ClimateScore", summary, access, schema)
}
