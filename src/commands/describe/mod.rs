//! `perild describe`: a first description of data, written from the data.

mod column;
mod findings;
mod grid;
mod gridded;
mod json;
mod package;
mod parquet;
mod survey;
mod table;
mod tabular;
mod text;

use std::{
    ffi::OsStr,
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::Args;

use crate::{
    dataset::FileName,
    import::format::{self, FormatError},
    policy::is_reserved,
};
use findings::Findings;
use package::PackageError;

/// Arguments of `perild describe`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Example:\n  perild describe /srv/perild/shared_data/meters.csv\n\n\
    Writes meters.toml beside it, from all rows of the data and from a datapackage.json that lies there. What only the\n\
    publisher can know stands in it as a question, and nothing is published before licence and rule are answered.\n\
    A description that is there stays as it is."
)]
pub struct DescribeArgs {
    /// The data: CSV (also gzip or zstd), JSON, GeoJSON, Parquet, a .nc file, a Zarr store, or any other file that is
    /// to be offered as it is
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// Print the description, and write nothing
    #[arg(long)]
    pub print: bool,
}

/// Reason why nothing was described.
#[derive(Debug, thiserror::Error)]
pub enum DescribeError {
    /// A description is there.
    #[error("{} is there already and stays as it is; remove it first, or use --print", .0.display())]
    Exists(PathBuf),
    /// The data are gridded and cannot be read.
    #[error("{}: {fault}", .path.display())]
    Gridded {
        /// The data.
        path: PathBuf,
        /// The reason.
        fault: FormatError,
    },
    /// The data are not what their extension says.
    #[error("{} cannot be read as {format}: {reason}", .path.display())]
    Malformed {
        /// The data.
        path: PathBuf,
        /// The form that the extension promises.
        format: &'static str,
        /// The reader's own words.
        reason: String,
    },
    /// Not one file, or of a form that is not served.
    #[error("{} is no file that can be served; name one file, as meters.csv", .0.display())]
    NotServed(PathBuf),
    /// A package that is broken.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The data cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The data.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The description cannot be written.
    #[error("cannot write {}: {source}", .path.display())]
    Unwritable {
        /// The description.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

/// Surveys the data, and writes or prints their description.
///
/// # Errors
/// [`DescribeError`]; a description that is there has not changed then.
pub fn run(args: &DescribeArgs) -> Result<(), DescribeError> {
    let unreadable = |source| DescribeError::Unreadable {
        path: args.path.clone(),
        source,
    };
    args.path.metadata().map_err(unreadable)?;
    let description = beside(&args.path)?;
    if !args.print && description.symlink_metadata().is_ok() {
        return Err(DescribeError::Exists(description));
    }
    let text = describe(&args.path, &description)?;
    let unwritable = |source| DescribeError::Unwritable {
        path: description.clone(),
        source,
    };
    let mut output = io::stdout().lock();
    if args.print {
        return output.write_all(text.as_bytes()).map_err(unwritable);
    }
    write_new(&description, &text).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => DescribeError::Exists(description.clone()),
        _ => unwritable(source),
    })?;
    let said = format!(
        "{} is written; answer the questions in it, then: perild check\n",
        description.display()
    );
    output.write_all(said.as_bytes()).map_err(unwritable)
}

fn describe(path: &Path, description: &Path) -> Result<String, DescribeError> {
    let mut findings = if is_gridded(path) {
        gridded::survey(path).map_err(|fault| DescribeError::Gridded {
            path: path.to_owned(),
            fault,
        })?
    } else {
        survey::survey(path)?
    };
    package::add(path, &mut findings)?;
    Ok(text::write(path, description, &findings))
}

/// The description's place: `meters.toml` for `meters.csv`, and `wind.csv.toml` where `wind` is a name of perild's own.
fn beside(path: &Path) -> Result<PathBuf, DescribeError> {
    if is_gridded(path) {
        return Ok(path.with_extension("toml"));
    }
    let not_served = || DescribeError::NotServed(path.to_owned());
    let name = path
        .file_name()
        .and_then(OsStr::to_str)
        .ok_or_else(not_served)?;
    let file = FileName::of_entry(name).ok_or_else(not_served)?;
    let family = file.family();
    let stem = if is_reserved(family.as_str()) {
        file.as_str()
    } else {
        family.as_str()
    };
    Ok(path.with_file_name(format!("{stem}.toml")))
}

/// `true` when the data are `NetCDF` or a Zarr store, which are imported and not offered as they are.
fn is_gridded(path: &Path) -> bool {
    let is_parquet = path.extension().is_some_and(|end| end == "parquet");
    !is_parquet && format::is_gridded(path).unwrap_or(false)
}

/// Writes a file that is not there yet, and is there for good when this returns.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    if let Err(error) = written {
        let _ = std::fs::remove_file(path);
        return Err(error);
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests;
