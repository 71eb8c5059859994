//! Versions of TLS that nginx's servers speak, as the profile has them (IB1-TLS-1).
//!
//! A server without a line of its own has that of the block around it, so the one that a distribution has in nginx.conf
//! counts for those servers alone.

use super::of_nginx;
use crate::config::{Finding, ProfileName};

/// A finding where a server of nginx, whose configuration `dump` is (`nginx -T`), speaks more than the profile has.
pub(super) fn finding(dump: &str, profile: ProfileName) -> Option<Finding> {
    if profile != ProfileName::Ib1 {
        return None;
    }
    let servers = servers(dump);
    let wider = servers.iter().find(|server| server.is_wider())?;
    let (name, versions) = (wider.name, wider.versions.join(" "));
    let versions = if versions.is_empty() {
        "no ssl_protocols, and so all versions that it knows".to_owned()
    } else {
        format!("ssl_protocols {versions}")
    };
    Some(of_nginx(
        format!("profile {profile} has TLS 1.3 alone, and nginx's server {name} has {versions}"),
        "run perild-provision again, which writes /etc/nginx/perild.d/tls-versions.inc unless that was changed by hand; write \
         ssl_protocols TLSv1.3; in the other sites of the port",
    ))
}

/// A server that speaks TLS.
struct Server<'d> {
    /// The first of its names.
    name: &'d str,
    versions: Vec<&'d str>,
}

impl Server<'_> {
    fn is_wider(&self) -> bool {
        self.versions != ["TLSv1.3"]
    }
}

/// A block of the configuration that is being read.
#[derive(Default)]
struct Block<'d> {
    kind: &'d str,
    name: &'d str,
    speaks_tls: bool,
    versions: Option<Vec<&'d str>>,
}

/// The servers for HTTP that speak TLS, in the order in which they stand.
fn servers(dump: &str) -> Vec<Server<'_>> {
    let files = files(dump);
    let mut reader = Reader {
        files: &files,
        blocks: vec![Block::default()],
        servers: Vec::new(),
        inherited: None,
    };
    if let Some(&(main, text)) = files.first() {
        reader.file(main, text, MOST_INCLUDES);
    }
    let inherited = reader.inherited.unwrap_or_default();
    let servers = reader.servers.into_iter();
    let servers = servers.map(|server| Server {
        name: server.name,
        versions: server.versions.unwrap_or_else(|| inherited.clone()),
    });
    servers.collect()
}

struct Reader<'f, 'd> {
    files: &'f [(&'d str, &'d str)],
    blocks: Vec<Block<'d>>,
    servers: Vec<Block<'d>>,
    /// The versions of servers that have no line of their own.
    inherited: Option<Vec<&'d str>>,
}

impl<'d> Reader<'_, 'd> {
    /// Reads the file at `path` and those that it includes, each where it is included.
    fn file(&mut self, path: &str, text: &'d str, most_includes: usize) {
        for token in tokens(text) {
            match token {
                Token::Open(words) => self.blocks.push(Block {
                    kind: words.first().copied().unwrap_or_default(),
                    ..Block::default()
                }),
                Token::Close => self.close(),
                Token::Line(words) => match &*words {
                    ["include", pattern] if most_includes > 0 => {
                        let files = self.files;
                        let main = files.first().map_or(path, |&(main, _)| main);
                        for &(included, text) in files {
                            if matches(included, main, pattern) {
                                self.file(included, text, most_includes - 1);
                            }
                        }
                    }
                    words => self.line(words),
                },
            }
        }
    }

    fn line(&mut self, words: &[&'d str]) {
        let Some(block) = self.blocks.last_mut() else {
            return;
        };
        match words {
            ["listen", more @ ..] => block.speaks_tls |= more.contains(&"ssl"),
            ["server_name", name, ..] if block.name.is_empty() => block.name = name,
            ["ssl_protocols", versions @ ..] => block.versions = Some(versions.to_vec()),
            _ => {}
        }
    }

    fn close(&mut self) {
        // What is outermost is no block, and stays.
        let Some(block) = (self.blocks.len() > 1).then(|| self.blocks.pop()).flatten() else {
            return;
        };
        let around = self.blocks.last().map(|around| around.kind);
        match (around, block.kind) {
            (_, "http") => self.inherited = block.versions,
            (Some("http"), "server") if block.speaks_tls => self.servers.push(block),
            _ => {}
        }
    }
}

/// The files of `dump`, each with its path.
fn files(dump: &str) -> Vec<(&str, &str)> {
    let parts = dump.split("# configuration file ").skip(1);
    let files = parts.filter_map(|part| part.split_once(":\n"));
    files.collect()
}

/// `true` when `pattern`, relative to the folder of `main`, means `path`.
fn matches(path: &str, main: &str, pattern: &str) -> bool {
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
    let pattern = if pattern.starts_with('/') {
        pattern.to_owned()
    } else {
        format!("{folder}/{pattern}")
    };
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<_> = parts.collect();
    let Some((last, between)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in between {
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.strip_suffix(last)
        .is_some_and(|rest| !rest.contains('/'))
}

/// A directive of nginx.
enum Token<'d> {
    /// One that ends with a semicolon.
    Line(Vec<&'d str>),
    /// The beginning of a block.
    Open(Vec<&'d str>),
    /// Its end.
    Close,
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let (mut tokens, mut words) = (Vec::new(), Vec::new());
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let behind = rest.get(first.len_utf8()..).unwrap_or_default();
        rest = match first {
            '#' => behind.split_once('\n').map_or("", |(_, behind)| behind),
            ';' => {
                tokens.push(Token::Line(std::mem::take(&mut words)));
                behind
            }
            '{' => {
                tokens.push(Token::Open(std::mem::take(&mut words)));
                behind
            }
            '}' => {
                tokens.push(Token::Close);
                behind
            }
            '"' | '\'' => {
                let (word, behind) = quoted(behind, first);
                words.push(word);
                behind
            }
            _ => {
                let (word, behind) = bare(rest);
                words.push(word);
                behind
            }
        }
        .trim_start();
    }
    tokens
}

/// The text up to `quote`, and what is behind that.
fn quoted(text: &str, quote: char) -> (&str, &str) {
    let mut is_escaped = false;
    let end = text.find(|octet: char| {
        let is_end = octet == quote && !is_escaped;
        is_escaped = octet == '\\' && !is_escaped;
        is_end
    });
    let end = end.unwrap_or(text.len());
    let (word, behind) = text.split_at(end);
    (word, behind.get(1..).unwrap_or_default())
}

/// A word without quotes, and what is behind it; the braces of a variable belong to it.
fn bare(text: &str) -> (&str, &str) {
    let (mut before, mut is_variable) = (' ', false);
    let end = text.find(|octet: char| {
        let begins_variable = octet == '{' && before == '$';
        let is_end = match octet {
            '{' => !begins_variable,
            '}' if is_variable => false,
            '}' | ';' => true,
            other => other.is_whitespace(),
        };
        is_variable = begins_variable || is_variable && octet != '}';
        before = octet;
        is_end
    });
    text.split_at(end.unwrap_or(text.len()))
}

/// Files within files, as nginx itself has them a few deep.
const MOST_INCLUDES: usize = 8;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// nginx.conf as Debian has it, as far as it matters, with `site` and the shipped parts of ours.
    fn debian(site: &str, versions: &str) -> String {
        format!(
            "# configuration file /etc/nginx/nginx.conf:\nuser www-data;\nhttp {{\n\
             \tlog_format own '{{\"a\": \"$b\"; # no remark }}';\n\
             \tssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; # Dropping SSLv3, ref: POODLE\n\
             \tinclude /etc/nginx/conf.d/*.conf;\n\tinclude /etc/nginx/sites-enabled/*;\n}}\n\n\
             # configuration file /etc/nginx/sites-enabled/perild.conf:\n{site}\n\
             # configuration file /etc/nginx/perild.d/tls.inc:\ninclude perild.d/tls-versions.inc;\n\n\
             # configuration file /etc/nginx/perild.d/tls-versions.inc:\n{versions}\n"
        )
    }

    const OURS: &str = "server {\n listen 80;\n server_name a.example;\n}\nserver {\n listen 443 ssl;\n listen [::]:443 ssl;\n \
        server_name a.example;\n location ~ \"^/v[0-9]{1,3};\" {\n  set $x ${y}z;\n }\n include perild.d/tls.inc;\n}";

    /// Rows: IB1-TLS-1
    #[test]
    fn ib1_tls_1_under_the_profile_a_server_with_an_older_version_is_told_of() {
        let other = |lines: &str| {
            format!("{OURS}\nserver {{ server_name other.example; listen 443 ssl; {lines} }}")
        };
        let newest = "ssl_protocols TLSv1.3;";
        let inherits = "other.example has ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3";
        for (dump, told) in [
            (debian(OURS, newest), None),
            (
                debian(OURS, "# ssl_protocols TLSv1.2;\nssl_protocols\n  TLSv1.3 ;"),
                None,
            ),
            (
                debian(OURS, "ssl_protocols TLSv1.2 TLSv1.3;"),
                Some("a.example has ssl_protocols TLSv1.2 TLSv1.3"),
            ),
            // The line of the distribution is that of whoever has none.
            (
                debian(OURS, ""),
                Some("a.example has ssl_protocols TLSv1 TLSv1.1"),
            ),
            (debian(&other(""), newest), Some(inherits)),
            (debian(&other(newest), newest), None),
            (
                debian(&other("ssl_protocols TLSv1.2;"), newest),
                Some("other.example has ssl_protocols TLSv1.2"),
            ),
            (debian(&other("include perild.d/tls-*.inc;"), newest), None),
            (
                debian(&other(""), newest).replace("ssl_protocols TLSv1 ", "#"),
                Some("other.example has no ssl_protocols"),
            ),
            // One that speaks no TLS has no versions.
            (debian("server { listen 80; }", ""), None),
            (String::new(), None),
        ] {
            let found = finding(&dump, ProfileName::Ib1).map(|finding| finding.finding);
            let is_told = |told: &str| found.as_ref().is_some_and(|text| text.contains(told));
            assert!(
                told.map_or(found.is_none(), is_told),
                "{told:?}: {found:?}\n{dump}"
            );
            assert_eq!(finding(&dump, ProfileName::Oe), None);
        }
    }

    #[test]
    fn a_pattern_means_files_of_its_folder_alone() {
        let main = "/etc/nginx/nginx.conf";
        for (pattern, path, expected) in [
            ("perild.d/tls.inc", "/etc/nginx/perild.d/tls.inc", true),
            ("perild.d/tls.inc", "/etc/nginx/perild.d/tls.inc2", false),
            ("/etc/nginx/conf.d/*.conf", "/etc/nginx/conf.d/a.conf", true),
            ("/etc/nginx/conf.d/*.conf", "/etc/nginx/conf.d/a.con", false),
            ("sites-enabled/*", "/etc/nginx/sites-enabled/a", true),
            ("sites-enabled/*", "/etc/nginx/sites-enabled/a/b", false),
            (
                "perild.d/local-*-b*.inc",
                "/etc/nginx/perild.d/local-http-b.inc",
                true,
            ),
            (
                "perild.d/local-*-b*.inc",
                "/etc/nginx/perild.d/local-http.inc",
                false,
            ),
        ] {
            assert_eq!(matches(path, main, pattern), expected, "{pattern} {path}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "[a-z #;{}'\"\\\\$\n]{0,80}") {
            let dump = format!("# configuration file /etc/nginx/nginx.conf:\nhttp {{ {text}\ninclude *; ");
            let _ = finding(&dump, ProfileName::Ib1);
        }
    }
}
