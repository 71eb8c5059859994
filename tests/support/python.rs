//! The consumer's side as the ecosystem publishes it: the `PyPI` package, unmodified, in an environment of its own.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Command,
};

use super::process::{output, tool};

/// What is installed. 0.2.17 uses an argument that urllib3 2 no longer knows.
const REQUIREMENTS: [&str; 2] = ["ib1.openenergy.support==0.2.17", "urllib3<2"];

/// What judges descriptions.
pub const OPENAPI: Environment = Environment {
    name: "python-openapi-0.9.0",
    requirements: &["openapi-spec-validator==0.9.0"],
};

/// What makes requests of descriptions.
pub const GENERATOR: Environment = Environment {
    name: "python-schemathesis-4.32.5",
    requirements: &["schemathesis==4.32.5"],
};

/// What makes clients of descriptions, and what these need.
pub const CLIENTS: Environment = Environment {
    name: "python-clients-7.26.0-0.29.1",
    requirements: &[
        "openapi-generator-cli==7.26.0",
        "openapi-python-client==0.29.1",
        "python-dateutil==2.9.0.post0",
        "urllib3==2.5.0",
    ],
};

/// What reads GeoJSON as QGIS does: GDAL.
pub const GDAL: Environment = Environment {
    name: "python-pyogrio-0.13.0",
    requirements: &["pyogrio==0.13.0", "numpy"],
};

/// Readers of RDF, and the judge of shapes.
pub const HARVESTERS: Environment = Environment {
    name: "python-rdflib-7.6.0-pyshacl-0.40.1",
    requirements: &["rdflib==7.6.0", "pyshacl==0.40.1"],
};

/// CKAN's harvester of catalogues; CKAN names what it needs in no metadata of its package.
pub const CKAN: Environment = Environment {
    name: "python-ckan-2.12.0-dcat-2.4.4-1",
    requirements: &[
        "ckan==2.12.0",
        "ckanext-dcat==2.4.4",
        "alembic==1.20.1",
        "dominate==2.9.1",
        "file-keeper==0.2.6",
        "Flask==3.1.3",
        "flask-babel==4.0.0",
        "Flask-Login==0.6.3",
        "Markdown==3.11.3",
        "msgspec==0.23.0",
        "nh3==0.3.8",
        "packaging==26.4",
        "passlib==1.7.4",
        "polib==1.2.0",
        "PyJWT==2.15.1",
        "pysolr==3.11.0",
        "rdflib==7.6.0",
        "requests==2.34.2",
        "rq==3.0.0",
        "simplejson==4.3.0",
        "SQLAlchemy==2.0.39",
        "typing_extensions==4.16.0",
        "tzlocal==5.4.5",
        "webassets==3.0.0",
    ],
};

/// The client of OGC services for Python.
pub const OWSLIB: Environment = Environment {
    name: "python-owslib-0.35.0",
    requirements: &["OWSLib==0.35.0"],
};

/// What checks CoverageJSON, and what is said of collections in EDR, against models of both standards.
pub const COVERAGE_JSON: Environment = Environment {
    name: "python-covjson-pydantic-0.8.0",
    requirements: &[
        "covjson-pydantic==0.8.0",
        "edr-pydantic==0.7.0",
        "requests==2.34.2",
    ],
};

/// GDAL as most of its users have it in Python.
pub const GEOPANDAS: Environment = Environment {
    name: "python-geopandas-1.2.0",
    requirements: &["geopandas==1.2.0", "pyogrio==0.13.0"],
};

/// The IB1 trust framework's own tools: what mints certificates of members, and what signs and verifies records. Both want
/// a library older than anybody else's.
pub const IB1: Environment = Environment {
    name: "python-ib1-provenance-0.5.3-directory-0.9.2",
    requirements: &["ib1-provenance==0.5.3", "ib1-directory==0.9.2"],
};

/// What reads tables: GDAL and `GeoPandas`, Arrow and Parquet, data frames, and a database with its readers.
pub const TABLES: Environment = Environment {
    name: "python-tables-1",
    requirements: &[
        "duckdb==1.4.4",
        "duckdb-ext-httpfs==1.4.4.20260205",
        "duckdb-ext-spatial==1.4.4.20260205",
        "geopandas==1.2.0",
        "polars==2.1.0",
        "pyarrow==26.0.1",
        "pyogrio==0.13.0",
        "pytz==2026.6",
        "requests==2.34.2",
    ],
};

/// What opens `NetCDF`, with both readers of it.
pub const XARRAY: Environment = Environment {
    name: "python-xarray-2026.9.0",
    requirements: &[
        "xarray==2026.9.0",
        "scipy==1.17.1",
        "netCDF4==1.7.5.1.post1",
        "requests==2.34.2",
    ],
};

const CONSUMER: Environment = Environment {
    name: "python-0.2.17",
    requirements: &REQUIREMENTS,
};

/// An environment of its own: its folder, and what is installed there.
pub struct Environment {
    name: &'static str,
    requirements: &'static [&'static str],
}

/// A Python with the consumer's package.
pub fn python() -> PathBuf {
    CONSUMER.python()
}

impl Environment {
    /// The program `name` that was installed with the rest.
    pub fn program(&self, name: &str) -> PathBuf {
        self.python().with_file_name(name)
    }

    fn python(&self) -> PathBuf {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let lock = File::create(target.join("python.lock")).unwrap();
        lock.lock().unwrap();
        let environment = target.join(self.name);
        let python = environment.join("bin/python");
        if !environment.join("complete").exists() {
            let base = tool("python3", "python3 python3-venv");
            output(
                Command::new(base)
                    .arg("-m")
                    .arg("venv")
                    .arg("--clear")
                    .arg(&environment),
            );
            output(
                Command::new(&python)
                    .args(["-m", "pip", "install", "--quiet"])
                    .args(self.requirements),
            );
            File::create(environment.join("complete")).unwrap();
        }
        python
    }
}

/// Runs `script` with `arguments` in `environment`; what it printed.
pub fn with(environment: &Environment, script: &str, arguments: &[&str]) -> String {
    output(
        Command::new(environment.python())
            .arg("-c")
            .arg(script)
            .args(arguments),
    )
}

/// Runs the script in the file `script` with `arguments` in `environment`; what it printed.
pub fn file(environment: &Environment, script: &Path, arguments: &[&str]) -> String {
    output(
        Command::new(environment.python())
            .arg("-B")
            .arg(script)
            .args(arguments),
    )
}

/// Runs `script` with `arguments`, trusting the servers that `anchors` names; what it printed.
pub fn run(script: &str, arguments: &[&str], anchors: &Path) -> String {
    let mut command = Command::new(python());
    output(
        command
            .arg("-c")
            .arg(script)
            .args(arguments)
            .env("REQUESTS_CA_BUNDLE", anchors),
    )
}
