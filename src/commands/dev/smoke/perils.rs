//! The peril calls of a smoke run.

use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::{Clients, Token, report::SmokeReport};
use crate::commands::dev::{DevError, perils::values_asked};

/// Calls that the consumer may make.
pub(super) async fn allowed(
    clients: &Clients<'_>,
    token: &Token,
    report: &mut SmokeReport,
) -> Result<(), DevError> {
    let catalogue = clients.consumer.get(clients.at("/v1/perils"));
    let catalogue = catalogue.bearer_auth(&token.access_token);
    report.allowed(200, "GET /v1/perils", catalogue).await?;

    let values = &clients.stack.perils;
    let (latitude, longitude) = (&values.latitude, &values.longitude);
    let place = json!({"latitude": degrees(latitude), "longitude": degrees(longitude)});
    let question = json!({"locations": [place], "perils": [values.peril], "years": [2050]});
    let query = clients.consumer.post(clients.at("/v1/location"));
    let query = query
        .bearer_auth(&token.access_token)
        .header(CONTENT_TYPE, "application/json")
        .body(question.to_string());
    let answer = report.allowed(200, "POST /v1/location", query).await?;
    let body = match answer {
        Some(answer) => answer.bytes().await.unwrap_or_default(),
        None => Vec::new().into(),
    };
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let answered = body
        .pointer("/locations/0/values")
        .and_then(Value::as_array);
    let is_answered = answered.is_some_and(|answered| {
        let is_known = |value: &Value| value.get("value").is_some_and(Value::is_number);
        answered.len() == values_asked(&values.peril) && answered.iter().all(is_known)
    });
    let is_marked = body.pointer("/store/synthetic") == Some(&Value::Bool(values.is_synthetic));
    let claim = if values.is_synthetic {
        "     and the answer has its values, said to be synthetic"
    } else {
        "     and the answer has its values"
    };
    report.claim(is_answered && is_marked, claim)?;

    let old = format!("/{}?lat={latitude}&lon={longitude}", values.old);
    let call = clients.consumer.get(clients.at(&old));
    let call = call.bearer_auth(&token.access_token);
    report.allowed(200, &format!("GET {old}"), call).await?;
    Ok(())
}

/// Calls that nobody else may make.
pub(super) async fn forbidden(
    clients: &Clients<'_>,
    token: &Token,
    report: &mut SmokeReport,
) -> Result<(), DevError> {
    let values = &clients.stack.perils;
    let query = format!(
        "/v1/location?lat={}&lon={}",
        values.latitude, values.longitude
    );
    let query = clients.at(&query);
    report
        .forbidden(401, "a peril query, no token", clients.consumer.get(&query))
        .await?;
    let other = clients.limited.get(&query).bearer_auth(&token.access_token);
    report
        .forbidden(401, "a peril query, another client's certificate", other)
        .await
}

fn degrees(text: &str) -> Option<f64> {
    text.parse().ok()
}
