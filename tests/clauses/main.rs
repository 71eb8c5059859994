//! Clause by clause: the built daemon on its own socket, asked in exact bytes, before a directory
//! that answers as it is told. One file a standard, a test named after its clause, the good case
//! beside each refusal.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as it should be"
)]

#[path = "../support/mod.rs"]
mod support;

mod audit;
mod authority;
mod certificate_header;
mod certificate_header_formats;
mod challenge;
mod checked_tables;
mod clock;
mod configuration;
mod containers;
mod decision_order;
mod description;
mod discovery;
mod disks;
mod expect;
mod fapi;
mod files;
mod first_words;
mod harvest;
mod healthcheck;
mod ib1;
mod ib1_access;
mod limits;
mod listening;
mod locale;
mod locate;
mod logs;
mod metrics;
mod metrics_labels;
mod metrics_listener;
mod metrics_published;
mod metrics_site;
mod ogc_common;
mod ogc_features;
mod ogc_features_classes;
mod open_energy;
mod own_files;
mod perseus;
mod printed;
mod provisioned;
mod provisioned_balancer;
mod provisioned_tls;
mod reload_command;
mod revocation_lists;
mod rfc5280;
mod rfc6750;
mod rfc7662;
mod rfc7662_answers;
mod rfc7662_availability;
mod rfc7662_isolation;
mod rfc8705;
mod rfc9068;
mod rfc9110;
mod rfc9110_conditions;
mod rfc9110_ranges;
mod rfc9112;
mod rfc9457;
mod rfc9728;
mod rooms;
mod rules;
mod series;
mod service;
mod simplified;
mod site;
mod trust_anchors;
mod trusted_peers;
mod unattended;
mod unreadable;
mod waiting;
mod whole_tables;
