//! The operations of the service before this one.

use super::schemas;
use crate::{
    climatescore::{ContractRoute, Peril},
    dataset::Perils,
    description::{
        Description,
        access::Access,
        operation::{Operation, guarded},
        reference::{header, parameter},
    },
};

impl ContractRoute {
    /// Operations of the route's methods.
    pub(crate) fn operations(self, about: &Description<'_>) -> Vec<(&'static str, Operation)> {
        let operation = match self {
            Self::Locations => noted(deprecated(Operation {
                body: Some(schemas::body()),
                problems: vec![404, 408, 413, 415],
                ..of_contract(
                    "contractLocations",
                    "Records of many places",
                    Access::chosen(about.policy),
                    "ContractLocations",
                )
            })),
            Self::Listing => noted(
                of_contract(
                    "contractPerils",
                    "What there is",
                    Access::catalogue(about.policy),
                    "ContractListing",
                )
                .cacheable(),
            ),
            Self::All => noted(deprecated(
                Operation {
                    parameters: vec![parameter("contractLat"), parameter("contractLon")],
                    ..of_contract(
                        "contractAllPerils",
                        "All perils at one place",
                        Access::all_of(about.policy, Perils::members()),
                        "ContractAllPerils",
                    )
                }
                .cacheable(),
            )),
            Self::One(peril) => {
                let names = [
                    "contractLat",
                    "contractLon",
                    "contractYear",
                    "contractScenario",
                ];
                let summary = format!("{} at one place", peril.title());
                let operation = deprecated(
                    Operation {
                        parameters: names.map(parameter).to_vec(),
                        ..of_contract(
                            &format!("contract-{}", peril.name()),
                            &summary,
                            Access::all_of(about.policy, [peril.collection()]),
                            "ContractPeril",
                        )
                    }
                    .cacheable(),
                );
                if peril == Peril::Fire {
                    noted(operation)
                } else {
                    operation
                }
            }
        };
        let method = if self == Self::Locations {
            "POST"
        } else {
            "GET"
        };
        vec![(method, operation)]
    }
}

fn of_contract(id: &str, summary: &str, access: Access, schema: &str) -> Operation {
    guarded(id, "ClimateScore", summary, access, schema)
}

/// Operation with the fields that say a leniency of the old service was used.
fn deprecated(mut operation: Operation) -> Operation {
    for (status, answer) in &mut operation.answers {
        if *status == "200" {
            for name in ["Warning", "Deprecation"] {
                answer["headers"][name] = header(name);
            }
            answer["headers"]["Link"] = header("Successor");
        }
    }
    operation
}

/// With the field that says what the values of fire are.
fn noted(mut operation: Operation) -> Operation {
    for (status, answer) in &mut operation.answers {
        if *status == "200" {
            answer["headers"]["Perild-Note"] = header("Perild-Note");
        }
    }
    operation
}
