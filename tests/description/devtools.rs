//! Headless Chromium, told what to do by the `DevTools` protocol over two pipes.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    path::Path,
    process::Command,
    sync::mpsc::{self, Receiver},
    thread,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::{Value, json};

use crate::support::process::{PATIENCE, Running, tool};

/// A browser with one page, and a profile that goes with it.
pub(crate) struct Browser {
    commands: File,
    messages: Receiver<Value>,
    events: VecDeque<Value>,
    session: String,
    sent: u64,
    _process: Running,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// A browser that trusts the key `spki` (SHA-256, base64) and knows no host but the loopback address.
    pub(crate) fn start(spki: &str) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let [commands, messages] = ["commands", "messages"].map(|name| profile.path().join(name));
        for pipe in [&commands, &messages] {
            mknodat(CWD, pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        }
        let mut shell = Command::new("sh");
        shell
            .args(["-c", "exec \"$0\" \"$@\" 3<\"$COMMANDS\" 4>\"$MESSAGES\""])
            .arg(tool("chromium", "chromium"))
            .args(FLAGS)
            .arg(format!("--ignore-certificate-errors-spki-list={spki}"))
            .arg(format!(
                "--user-data-dir={}",
                profile.path().join("profile").display()
            ))
            .env("COMMANDS", &commands)
            .env("MESSAGES", &messages);
        let process = Running::start("chromium", &mut shell);
        let commands = File::options().write(true).open(commands).unwrap();
        let messages = read(File::open(messages).unwrap());
        let mut browser = Self {
            commands,
            messages,
            events: VecDeque::new(),
            session: String::new(),
            sent: 0,
            _process: process,
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", &json!({"url": "about:blank"}));
        let target = json!({"targetId": target["targetId"], "flatten": true});
        let attached = browser.call("Target.attachToTarget", &target);
        attached["sessionId"]
            .as_str()
            .unwrap()
            .clone_into(&mut browser.session);
        for domain in ["Page", "Network", "Log", "Runtime"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        browser
    }

    /// Opens `url` and waits until all of it is there.
    pub(crate) fn open(&mut self, url: &str) {
        let opened = self.call("Page.navigate", &json!({"url": url}));
        assert!(opened.get("errorText").is_none(), "{url}: {opened}");
        // A fragment of the page that is there already loads nothing.
        if opened.get("loaderId").is_some() {
            self.wait_for(|event| event["method"] == "Page.loadEventFired");
        }
    }

    /// What `expression` comes to in the page, which may be a promise.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Value {
        let result = self.call(
            "Runtime.evaluate",
            &json!({"expression": expression, "returnByValue": true, "awaitPromise": true}),
        );
        assert!(
            result.get("exceptionDetails").is_none(),
            "{expression}: {result}"
        );
        result["result"]["value"].clone()
    }

    /// Presses the key `name`, which types `text`.
    pub(crate) fn press(&mut self, name: &str, code: u32, text: &str) {
        for kind in ["keyDown", "keyUp"] {
            let key = json!({"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code, "text": text});
            self.call("Input.dispatchKeyEvent", &key);
        }
    }

    /// Takes a picture of the whole page.
    pub(crate) fn picture(&mut self, file: &Path) {
        let metrics = self.call("Page.getLayoutMetrics", &json!({}));
        let mut clip = metrics["cssContentSize"].clone();
        clip["scale"] = 1.into();
        let wanted = json!({"captureBeyondViewport": true, "clip": clip});
        let picture = self.call("Page.captureScreenshot", &wanted);
        let picture = picture["data"].as_str().unwrap();
        fs::write(file, BASE64_STANDARD.decode(picture).unwrap()).unwrap();
    }

    /// What the command `method` answers.
    pub(crate) fn call(&mut self, method: &str, params: &Value) -> Value {
        self.sent += 1;
        let mut command = json!({"id": self.sent, "method": method, "params": params});
        if !self.session.is_empty() {
            command["sessionId"] = self.session.as_str().into();
        }
        write!(self.commands, "{command}\0").unwrap();
        loop {
            let message = self.next();
            if message["id"] == self.sent {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push_back(message);
        }
    }

    /// The first event, past or future, that `wanted` accepts.
    pub(crate) fn wait_for(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            if let Some(found) = self.events.iter().position(&wanted) {
                return self.events.remove(found).unwrap();
            }
            let message = self.next();
            self.events.push_back(message);
        }
    }

    /// Every event `method` so far that nobody waited for.
    pub(crate) fn events<'b>(&'b self, method: &'b str) -> impl Iterator<Item = &'b Value> {
        let events = self
            .events
            .iter()
            .filter(move |event| event["method"] == method);
        events.map(|event| &event["params"])
    }

    fn next(&self) -> Value {
        let message = self.messages.recv_timeout(PATIENCE);
        message.expect("the browser says something, and in time")
    }
}

/// The messages that come in, each ended by NUL.
fn read(pipe: File) -> Receiver<Value> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for message in BufReader::new(pipe).split(0).map_while(Result::ok) {
            let message = serde_json::from_slice(&message).unwrap();
            if sender.send(message).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Nothing of its own on the network, and no name but the loopback address resolved.
const FLAGS: [&str; 12] = [
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];
