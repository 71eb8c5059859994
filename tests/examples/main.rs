//! What we show consumers, done against `perild dev`: the programs of `examples/` and the page on perils.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as it should be"
)]

mod development;
mod page;
mod tables;
mod tools;

use std::process::Command;

use development::{Development, ROOT, output};

#[test]
fn curl_lines_answer_one_by_one() {
    let development = Development::start();
    let said = output(development.consumer(&format!("{ROOT}/examples/curl.sh")));
    for part in [
        "\"cell_size_degrees\":",
        "\"metric\":\"fireprobability\",\"scenario\":\"ssp585\",\"year\":2050,",
        ",heat,7.2.1,daysexceeding35c,ssp585,2100,d,42.430657,,nearest,",
        "\nLondon,51.5,-0.12,ok,,50,0,167.006,nearest,true,,16.125385,4.807118,0.058698\n",
        "\nMid-Atlantic,0,-30,ok,,0,-30,0.000,nearest,true,daysexceeding35c=not_covered;",
        "\"type\":\"Feature\",",
        "\n0,,60,-67,,ok,,60,-65,111.191,nearest,true,,60,-70,166.778,0.079960\n",
        "{\"data\":{\"firessp1262050metric_mean\":\"0.053848\",",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn curl_lines_end_at_a_refusal() {
    let development = Development::start();
    let mut shell = development.consumer(&format!("{ROOT}/examples/curl.sh"));
    let refused = shell.env("PERILS_CLIENT_ID", "nobody").output().unwrap();
    assert!(!refused.status.success());
    assert!(refused.stdout.is_empty());
}

#[test]
fn the_python_file_answers_a_portfolio() {
    let development = Development::start();
    let python = |portfolio: &str| {
        let program = format!("{ROOT}/examples/portfolio.py");
        let mut python = development.consumer("python3");
        python.arg(program).arg(portfolio);
        python
    };
    let portfolio = development.path("mine.csv");
    std::fs::write(&portfolio, "lat,lon,owner\n51.5,-0.12,me\n91,0,you\n").unwrap();
    let answer = output(python(portfolio.to_str().unwrap()));
    let lines: Vec<_> = answer.lines().collect();
    let [header, me, you] = lines.as_slice() else {
        unreachable!("three lines: {answer}")
    };
    assert!(
        header.starts_with("lat,lon,owner,status,reason,"),
        "{header}"
    );
    assert!(me.starts_with("51.5,-0.12,me,ok,,50,0,"), "{me}");
    assert!(
        you.starts_with("91,0,you,invalid,latitude_out_of_range,"),
        "{you}"
    );

    std::fs::write(&portfolio, "place\nLondon\n").unwrap();
    let refused = python(portfolio.to_str().unwrap()).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(said.contains("400 ") && said.contains("latitude"), "{said}");
}

#[test]
fn the_notebook_runs_from_top_to_bottom_and_draws_its_two_pictures() {
    let development = Development::start();
    let mut python = development.consumer(tools::python().to_str().unwrap());
    let notebook = format!("{ROOT}/examples/perils.ipynb");
    let pictures = output({
        python.env_remove("MPLBACKEND").args(["-c", RUN, &notebook]);
        python
    });
    assert_eq!(pictures.lines().last(), Some("2"), "{pictures}");
}

#[test]
fn the_collection_passes_its_own_tests_and_fails_without_a_certificate() {
    let development = Development::start();
    output(newman(&development, "$PERILS_URL", true));
    let mut stranger = newman(&development, "$PERILS_URL", false);
    assert!(!stranger.output().unwrap().status.success());
}

/// The old service's own environment had a base URL that ends in a slash.
#[test]
fn the_collection_passes_its_own_tests_with_a_base_url_that_ends_in_a_slash() {
    let development = Development::start();
    output(newman(&development, "$PERILS_URL/", true));
}

/// Postman's runner on the collection, with `url` as its base.
fn newman(development: &Development, url: &str, with_certificate: bool) -> Command {
    let certificate = if with_certificate {
        "--ssl-client-cert \"$PERILS_CERTIFICATE\" --ssl-client-key \"$PERILS_KEY\""
    } else {
        ""
    };
    let command = format!(
        "'{}' run '{ROOT}/examples/perild.postman_collection.json' \
             -e '{ROOT}/examples/perild.postman_environment.json' \
             --env-var url=\"{url}\" --env-var token_endpoint=\"$PERILS_TOKEN_ENDPOINT\" \
             --env-var client_id=\"$PERILS_CLIENT_ID\" {certificate} --ssl-extra-ca-certs \"$PERILS_CA\"",
        tools::newman().display()
    );
    let mut shell = development.consumer("bash");
    shell.args(["-c", &command]);
    shell
}

#[test]
fn the_page_on_perils_says_what_is_answered() {
    let compared = answers_of("docs/perils.md", OWN_DATA);
    assert!(compared > 8, "{compared} answers are shown");
}

#[test]
fn the_page_on_data_queries_says_what_is_answered() {
    let compared = answers_of("docs/edr.md", "## With programs of others");
    assert!(compared > 3, "{compared} answers are shown");
}

/// Runs the commands of `page` up to `end`, each of which must answer what is shown; how many are.
fn answers_of(page: &str, end: &str) -> usize {
    let development = Development::start();
    let text = std::fs::read_to_string(format!("{ROOT}/{page}")).unwrap();
    let (text, _) = text.split_once(end).unwrap();
    page::compared(&development, text)
}

#[test]
fn the_cube_is_opened_by_xarray() {
    let development = Development::start();
    let program = format!("{ROOT}/examples/cube.py");
    let python = |collection: &str| {
        let mut python = development.consumer(tools::xarray().to_str().unwrap());
        python.args([&program, collection, "0,45,10,55"]);
        python
    };
    let said = output(python("heat"));
    for part in [
        "(lat: 3, lon: 3, scenario: 2, year: 6)",
        "daysexceeding35c: 11.826",
        " d on average, 108 values",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let refused = python("no-such").output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && said.contains("404"), "{said}");
}

#[test]
fn the_readme_answers_a_query_and_publishes_ones_own_data_and_so_do_the_pages_on_perils_and_publishing()
 {
    let development = Development::start();
    page::build(&development);
    std::os::unix::fs::symlink(format!("{ROOT}/examples"), development.path("examples")).unwrap();
    let readme = std::fs::read_to_string(format!("{ROOT}/README.md")).unwrap();
    let (_, shown) = readme.split_once("While it stays up").unwrap();
    let (main_job, _) = shown.split_once("\n## On a server").unwrap();
    let page = std::fs::read_to_string(format!("{ROOT}/docs/perils.md")).unwrap();
    let (_, own_data) = page.split_once(OWN_DATA).unwrap();
    let page = std::fs::read_to_string(format!("{ROOT}/docs/publish.md")).unwrap();
    let (_, tables) = page.split_once("\n## 3. Tables").unwrap();
    let (tables, _) = tables.split_once("\nThen `systemctl").unwrap();
    for block in [main_job, own_data, tables]
        .iter()
        .flat_map(|part| page::blocks(part))
    {
        let commands = block
            .commands
            .replace("https://127.0.0.1:8443", "$PERILS_URL");
        // In single quotes the shell would leave the variable as it is.
        let commands = commands.replace('\'', "\"").replace("<<\"CSV\"", "<<'CSV'");
        let commands = commands.replace("<<\"TOML\"", "<<'TOML'");
        let mut shell = development.consumer("bash");
        let said = output({
            shell.args(["-euo", "pipefail", "-c", &commands]);
            shell
        });
        if let Some(answer) = block.answer {
            // CSV ends its lines as RFC 4180 does.
            let said = said.replace("\r\n", "\n");
            assert!(said.trim_end().ends_with(answer.trim_end()), "{said}");
        }
    }
}

/// The part of the page on perils that changes what is served.
const OWN_DATA: &str = "## Your own peril data";

/// Runs a notebook's cells; prints how many pictures came of them.
const RUN: &str = "
import sys, nbformat, nbclient
notebook = nbformat.read(sys.argv[1], 4)
nbformat.validate(notebook)
nbclient.NotebookClient(notebook, timeout=60).execute()
outputs = [output for cell in notebook.cells for output in cell.get('outputs', [])]
print(sum('image/png' in output.get('data', {}) for output in outputs))
";
