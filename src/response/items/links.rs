//! Links of a page of rows (RFC 8288): in its body where it has one for them, and in its head.

use std::borrow::Cow;

use actix_web::HttpRequest;
use percent_encoding::utf8_percent_encode;
use serde_json::{Value, json};

use super::Format;
use crate::response::{file::PATH_SEGMENT, media::Formats};

/// The addresses of an answer's relations.
pub(crate) struct Links<'l> {
    base_url: &'l str,
    path: &'l str,
    query: &'l str,
    collection: String,
}

impl<'l> Links<'l> {
    /// The links of the answer to `request` about `collection`, below `base_url`.
    pub(crate) fn new(request: &'l HttpRequest, base_url: &'l str, collection: &str) -> Self {
        let id = utf8_percent_encode(collection, PATH_SEGMENT);
        Self {
            base_url,
            path: request.uri().path(),
            query: request.uri().query().unwrap_or_default(),
            collection: format!("{base_url}/v1/collections/{id}"),
        }
    }

    /// The address of the same page.
    fn itself(&self) -> String {
        self.address(self.query)
    }

    /// The address of the rows behind the place `next`.
    pub(crate) fn next(&self, next: &str) -> String {
        self.address(&with(self.query, &["next", "offset"], "next", next))
    }

    /// All links of a page in `format`, as its body has them.
    pub(crate) fn of_page(&self, format: Format, next: Option<&str>) -> Value {
        let mut links = self.forms(format);
        if let Some(next) = next {
            let media_type = format.media().essence();
            links.push(json!({
                "href": self.next(next), "rel": "next", "type": media_type, "title": "The rows after these",
            }));
        }
        links.push(self.collection());
        links.into()
    }

    /// All links of one row in `format`.
    pub(crate) fn of_item(&self, format: Format) -> Value {
        let mut links = self.forms(format);
        links.push(self.collection());
        links.into()
    }

    fn forms(&self, format: Format) -> Vec<Value> {
        let itself = json!({
            "href": self.itself(), "rel": "self", "type": format.media().essence(), "title": "This",
        });
        let others = Format::ALL.iter().filter(|other| **other != format);
        let others = others.map(|other| {
            let media = other.media();
            let query = with(self.query, &["f"], "f", media.name);
            json!({
                "href": self.address(&query), "rel": "alternate", "type": media.essence(),
                "title": format!("The same as {}", media.name),
            })
        });
        std::iter::once(itself).chain(others).collect()
    }

    fn collection(&self) -> Value {
        json!({
            "href": self.collection, "rel": "collection", "type": "application/json", "title": "The collection",
        })
    }

    fn address(&self, query: &str) -> String {
        let and = if query.is_empty() { "" } else { "?" };
        format!("{}{}{and}{query}", self.base_url, self.path)
    }
}

/// `query` without the parameters `dropped`, and with `name` as `value` behind it.
fn with(query: &str, dropped: &[&str], name: &str, value: &str) -> String {
    let kept = query.split('&').filter(|pair| {
        let mut read = url::form_urlencoded::parse(pair.as_bytes());
        read.next()
            .is_some_and(|(name, _): (Cow<'_, str>, _)| !dropped.contains(&&*name))
    });
    let mut query: String = kept.collect::<Vec<_>>().join("&");
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(name);
    query.push('=');
    query.extend(url::form_urlencoded::byte_serialize(value.as_bytes()));
    query
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn rel<'v>(links: &'v Value, rel: &str) -> Vec<&'v str> {
        let links = links.as_array().unwrap().iter();
        let of_it = links.filter(|link| link["rel"] == rel);
        of_it.map(|link| link["href"].as_str().unwrap()).collect()
    }

    #[test]
    fn the_next_page_has_the_parameters_of_this_one_as_they_were_sent() {
        let target = "/v1/collections/watches/items?brand=Om%C3%A9ga+x&next=AA&limit=5&offset=0";
        let request = TestRequest::with_uri(target).to_http_request();
        let links = Links::new(&request, "https://example.org", "wat ches");
        let page = links.of_page(Format::GeoJson, Some("BB"));
        assert_eq!(rel(&page, "self"), [format!("https://example.org{target}")]);
        assert_eq!(
            rel(&page, "next"),
            ["https://example.org/v1/collections/watches/items?brand=Om%C3%A9ga+x&limit=5&next=BB"]
        );
        assert_eq!(
            rel(&page, "collection"),
            ["https://example.org/v1/collections/wat%20ches"]
        );
        let alternates = rel(&page, "alternate");
        assert_eq!(alternates.len(), Format::ALL.len() - 1);
        assert!(alternates[1].ends_with("&next=AA&limit=5&offset=0&f=csv"));
        assert!(rel(&links.of_page(Format::GeoJson, None), "next").is_empty());
    }

    #[test]
    fn an_address_without_parameters_has_no_question_mark() {
        let request = TestRequest::with_uri("/info/v2/A").to_http_request();
        let links = Links::new(&request, "", "watches").of_item(Format::Json);
        assert_eq!(rel(&links, "self"), ["/info/v2/A"]);
        assert!(rel(&links, "alternate").contains(&"/info/v2/A?f=ndjson"));
    }
}
