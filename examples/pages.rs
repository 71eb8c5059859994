//! Writes perild's manual pages and shell completions, made from its own command line.
//!
//! `cargo run --example pages -- DIR` fills `DIR/man` and `DIR/completions`, which the packages take.
//! They are not in the daemon: it would carry their generators for nothing.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use clap::CommandFactory;
use clap_complete::{
    generate_to,
    shells::{Bash, Fish, Zsh},
};
use perild::commands::Arguments;

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::args_os().nth(1).map(PathBuf::from);
    let out = out.ok_or("usage: pages DIR")?;
    let (man, completions) = (out.join("man"), out.join("completions"));
    fs::create_dir_all(&man)?;
    fs::create_dir_all(&completions)?;
    let mut command = Arguments::command().disable_help_subcommand(true);
    generate_to(Bash, &mut command, "perild", &completions)?;
    generate_to(Fish, &mut command, "perild", &completions)?;
    generate_to(Zsh, &mut command, "perild", &completions)?;
    clap_mangen::generate_to(command, &man)?;
    name_the_notes(&man)
}

/// What stands after the options is `EXTRA` to the generator, and to no reader of manual pages.
fn name_the_notes(man: &Path) -> Result<(), Box<dyn Error>> {
    for page in fs::read_dir(man)? {
        let page = page?.path();
        let text = fs::read_to_string(&page)?;
        fs::write(
            &page,
            text.replace(".SH EXTRA\n", ".SH EXAMPLES AND NOTES\n"),
        )?;
    }
    Ok(())
}
