//! Instructions that a newcomer can paste: curl, `perild get` and Python against the running system.

use std::path::Path;

use super::{
    dev_dir::shell_word,
    perils::PerilValues,
    stack::{CONSUMER, DevStack},
};

/// The text that is printed once everything runs.
pub(super) fn text(stack: &DevStack) -> String {
    let file = format!("{}/{}", stack.front, stack.files.plain.name);
    let [ca, certificate, key, configuration] =
        ["ca.pem", "consumer.pem", "consumer.key", "consumer.toml"]
            .map(|name| stack.dev_dir.path(name));
    let tls = format!(
        "--cacert {} --cert {} --key {}",
        shell_word(&ca),
        shell_word(&certificate),
        shell_word(&key)
    );
    let token_endpoint = format!("{}/mtls/token", stack.issuer);
    let (ca, certificate, key) = (
        python_text(&ca),
        python_text(&certificate),
        python_text(&key),
    );
    let (front, issuer, configuration) = (&stack.front, &stack.issuer, shell_word(&configuration));
    let restricted = format!("{front}/{}", stack.files.restricted.name);
    let limited = shell_word(&stack.dev_dir.path("limited.toml"));
    let perild = std::env::current_exe().unwrap_or_else(|_unknown| "perild".into());
    let perild = shell_word(&perild);
    let files = stack.dev_dir.path("");
    let control = shell_word(&stack.dev_dir.sockets().join("control.sock"));
    let PerilValues {
        origin,
        latitude,
        longitude,
        ..
    } = &stack.perils;
    let peril = &*stack.perils.peril;
    let coverages = match &*stack.coverages.ids {
        [] => "none is described in the folder".to_owned(),
        ids => ids.join(", "),
    };
    format!(
        r#"  front      {front}
  directory  {issuer}
  data       {data}
  perils     {origin}
  coverages  {coverages}
  catalogue  {front}/v1
  files      {files}
  daemon     process {daemon}; this takes over what was imported or configured anew:
             {perild} reload --socket {control}

# a token, good for ten minutes, with curl
TOKEN=$(curl -sS {tls} -d grant_type=client_credentials -d client_id={CONSUMER} {token_endpoint} | sed 's/.*"access_token":"\([^"]*\)".*/\1/')

# a file with that token
curl -sS {tls} -H "Authorization: Bearer $TOKEN" {file}

# a peril query with that token: {peril} in 2050 at one place
curl -sS {tls} -H "Authorization: Bearer $TOKEN" '{front}/v1/location?lat={latitude}&lon={longitude}&perils={peril}&years=2050&layout=long&f=csv'

# token and file in one command
{perild} get {file} --config {configuration}

# refused with 403: this consumer's token lacks the scope of that file
{perild} get {restricted} --config {limited}

# both in Python, with nothing installed
python3 - <<'END'
import json, ssl, urllib.parse, urllib.request
tls = ssl.create_default_context(cafile={ca})
tls.load_cert_chain({certificate}, {key})
form = urllib.parse.urlencode({{"grant_type": "client_credentials", "client_id": "{CONSUMER}"}}).encode()
answer = urllib.request.urlopen("{token_endpoint}", form, context=tls)
headers = {{"Authorization": "Bearer " + json.load(answer)["access_token"]}}
request = urllib.request.Request("{file}", headers=headers)
print(urllib.request.urlopen(request, context=tls).read().decode())
END

# for the programs in examples/
. {environment}

Ctrl-C ends it all."#,
        data = stack.files.shared_data.display(),
        files = files.display(),
        daemon = stack.daemon.id(),
        environment = shell_word(&stack.dev_dir.path("consumer.env")),
    )
}

/// A path as a Python string.
fn python_text(path: &Path) -> String {
    serde_json::Value::from(path.display().to_string()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_one_word_in_a_shell_and_in_python() {
        assert_eq!(shell_word(Path::new("/a/b-c_d.pem")), "/a/b-c_d.pem");
        assert_eq!(shell_word(Path::new("/my file's")), r"'/my file'\''s'");
        assert_eq!(python_text(Path::new("/a \"b\"")), r#""/a \"b\"""#);
    }
}
