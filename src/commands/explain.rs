//! `perild explain`: what a caller would get of a collection, and which condition decides.

mod caller;

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;

use self::caller::{Presumed, Step};
use super::{
    check::Collections,
    serve::{CONFIGURATION, config_path},
};
use crate::{
    app::{Examined, Holdings, examine},
    clock::Timestamp,
    config::{Config, ConfigError, SettingPlaces, Severity},
    dataset::{Collection, FileName},
    policy::{Applicant, Denied},
};

/// Arguments of `perild explain`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Examples:\n  perild explain tidy_DYTS01_kWh --scope energy:read\n  \
    perild explain wind --certificate consumer.pem --claims introspected.json\n\n\
    The directory is not asked, and no data is read. What is not given is taken for good: a certificate that is\n\
    accepted, and an active token that is bound to it, with the scopes of --scope and no others."
)]
pub struct ExplainArgs {
    /// The collection, or one of its files
    #[arg(value_name = "COLLECTION")]
    pub collection: String,
    /// The configuration [default: $PERILD_CONFIG, then /etc/perild/perild.toml]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The client that the token was issued to
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// The client's organisation
    #[arg(long, value_name = "ID", conflicts_with = "claims")]
    pub organisation: Option<String>,
    /// A role of the certificate; once for each
    #[arg(long, value_name = "URL", conflicts_with = "certificate")]
    pub role: Vec<String>,
    /// The member that the certificate names
    #[arg(long, value_name = "URL", conflicts_with = "certificate")]
    pub member: Option<String>,
    /// The application that the certificate names
    #[arg(long, value_name = "URL", conflicts_with = "certificate")]
    pub application: Option<String>,
    /// A scope of the token; several in quotes, or once for each
    #[arg(long, value_name = "SCOPE")]
    pub scope: Vec<String>,
    /// The consumer's certificate, PEM, judged as that of a connection would be
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// What the directory says of the token: a JSON object as it answers introspection (RFC 7662 §2.2)
    #[arg(long, value_name = "FILE", conflicts_with = "scope")]
    pub claims: Option<PathBuf>,
}

/// Reason why there is no explanation.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The explanation cannot be printed.
    #[error("cannot print: {0}")]
    Output(#[from] io::Error),
    /// A scope that no token can have.
    #[error(
        "\"{}\" is no scope: one has visible ASCII without quotes and backslashes, with blanks between several",
        .0.escape_debug()
    )]
    Scope(String),
    /// A file that was given cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl ExplainError {
    /// 78 when the configuration is at fault, else 1.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) => ExitCode::from(CONFIGURATION),
            Self::Output(_) | Self::Scope(_) | Self::Unreadable { .. } => ExitCode::FAILURE,
        }
    }
}

/// Prints the explanation.
///
/// # Errors
/// [`ExplainError`].
pub fn run(args: &ExplainArgs) -> Result<(), ExplainError> {
    let path = config_path(args.config.as_deref());
    let (config, places) = Config::read(&path)?;
    let now = Timestamp::now();
    let Examined {
        parts,
        holdings,
        mut findings,
    } = examine(&config, &places, None, now);
    let Some(holdings) = holdings else {
        findings.retain(|finding| finding.severity == Severity::Error);
        return Err(ConfigError::Faults(findings).into());
    };
    let presumed = Presumed::read(args, parts.as_ref(), now)?;
    let explanation = Explanation {
        args,
        holdings: &holdings,
        config: &config,
        places: &places,
    };
    let lines = explanation.lines(&presumed);
    let mut output = io::stdout().lock();
    for line in lines {
        writeln!(output, "{line}")?;
    }
    Ok(())
}

struct Explanation<'e> {
    args: &'e ExplainArgs,
    holdings: &'e Holdings,
    config: &'e Config,
    places: &'e SettingPlaces,
}

impl Explanation<'_> {
    /// The checks in the order of a request, to the first that refuses; the status comes first of all.
    fn lines(&self, presumed: &Presumed) -> Vec<String> {
        let collection = self.collection();
        let policy = self.holdings.policy();
        let mut lines = Vec::new();
        let is_open = collection.is_some_and(|collection| policy.open(collection.id()).is_some());
        if let Some(collection) = collection {
            lines.push(self.rule(collection));
        }
        if is_open {
            lines.push("credentials   are not looked at: it is open".to_owned());
            lines.insert(0, "200 OK        for everyone".to_owned());
            return lines;
        }
        for step in presumed.steps() {
            match step {
                Step::Passed(said) => lines.push(said.clone()),
                Step::Refused { status, said } => {
                    lines.push(said.clone());
                    lines.insert(0, (*status).to_owned());
                    return lines;
                }
            }
        }
        let applicant = presumed.applicant();
        if let Some(collection) = collection {
            lines.extend(self.ways(collection, &applicant));
        }
        let (status, said) = self.decision(collection, &applicant);
        lines.push(said);
        lines.insert(0, status.to_owned());
        lines
    }

    /// The collection that is meant: by its id, or by a file's name.
    fn collection(&self) -> Option<&Collection> {
        let catalog = self.holdings.catalog();
        let asked = self.args.collection.trim_start_matches('/');
        let asked = asked.strip_prefix("v1/files/").unwrap_or(asked);
        let found = catalog.get(asked).or_else(|| {
            let file = FileName::with_extension(asked)?;
            catalog.get(catalog.collection_of(&file)?.as_str())
        });
        found.map(AsRef::as_ref)
    }

    fn rule(&self, collection: &Collection) -> String {
        let id = collection.id();
        let rule = self.holdings.policy().rule(id);
        let Some(rule) = rule.filter(|rule| !rule.clauses().is_empty()) else {
            return format!("rule          none lets anybody have {id}; perild check says why");
        };
        let places = Collections::new(self.holdings, self.config, self.places);
        let place = places.place(collection, rule);
        format!("rule          {id} is for {rule}, by {place}")
    }

    /// Each clause of a rule that has conditions, with what is lacking for it.
    fn ways(&self, collection: &Collection, applicant: &Applicant<'_>) -> Vec<String> {
        let policy = self.holdings.policy();
        let Some(rule) = policy.rule(collection.id()) else {
            return Vec::new();
        };
        let clauses = rule.clauses();
        if clauses.iter().all(|clause| clause.conditions().is_empty()) {
            return Vec::new();
        }
        let lacking = policy.lacks(rule, applicant);
        let ways = clauses.iter().zip(lacking).enumerate();
        let ways = ways.map(|(index, (clause, lacks))| {
            let went = match lacks.to_string() {
                none if none.is_empty() => "all of it holds".to_owned(),
                lacks => format!("lacking: {lacks}"),
            };
            format!("way {:<9} {clause}: {went}", index + 1)
        });
        ways.collect()
    }

    fn decision(
        &self,
        collection: Option<&Collection>,
        applicant: &Applicant<'_>,
    ) -> (&'static str, String) {
        let Some(collection) = collection else {
            return ("404 Not Found", self.nothing());
        };
        let scope = applicant.scope;
        match self.holdings.policy().judge(collection.id(), applicant) {
            Ok(_) if !collection.has_data() => (
                "404 Not Found",
                "data          is not imported yet".to_owned(),
            ),
            Ok(rule) => (
                "200 OK",
                format!("granted       by the rule {}", rule.label()),
            ),
            Err(Denied::InsufficientScope { needed, .. }) => {
                let missing: Vec<_> = needed.iter().filter(|one| !scope.contains(one)).collect();
                let missing = missing.join(" ");
                let held = if scope.is_empty() {
                    "it has none".to_owned()
                } else {
                    format!("it has {scope}")
                };
                (
                    "403 Forbidden (insufficient_scope)",
                    format!("scope         the token lacks {missing}: {held}"),
                )
            }
            Err(Denied::Blocked { name }) => (
                "403 Forbidden (blocked)",
                format!("access        was withdrawn: {name} is in the list access.blocked"),
            ),
            Err(Denied::Conditions { rule, unmet, .. }) => {
                let unmet: Vec<_> = unmet.iter().map(ToString::to_string).collect();
                (
                    "403 Forbidden (conditions-not-met)",
                    format!("conditions    of the rule {rule}: {}", unmet.join("; ")),
                )
            }
            Err(denied @ Denied::NotPublished { .. }) => {
                ("404 Not Found", format!("rule          {denied}"))
            }
        }
    }

    fn nothing(&self) -> String {
        let ids = self.holdings.catalog().iter().map(|one| one.id().as_str());
        let asked = self.args.collection.escape_debug();
        let nearest = crate::policy::nearest(&self.args.collection, ids);
        let hint = nearest.map(|nearest| format!("; there is {nearest}"));
        format!(
            "collection    nothing that is published is called \"{asked}\"{}",
            hint.unwrap_or_default()
        )
    }
}
