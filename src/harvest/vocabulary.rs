//! Terms of the vocabularies that a catalogue is written in.

/// Terms of one namespace, each as a constant.
macro_rules! terms {
    ($(#[$doc:meta])* $module:ident = $namespace:literal { $($name:ident = $local:literal,)* }) => {
        $(#[$doc])*
        pub(super) mod $module {
            use oxrdf::NamedNodeRef;

            /// The namespace.
            pub(in crate::harvest) const NAMESPACE: &str = $namespace;
            $(
                pub(in crate::harvest) const $name: NamedNodeRef<'static> =
                    NamedNodeRef::new_unchecked(concat!($namespace, $local));
            )*
        }
    };
}

terms! {
    /// Status of a dataset.
    adms = "http://www.w3.org/ns/adms#" {
        STATUS = "status",
    }
}
terms! {
    /// The data catalogue vocabulary (DCAT 3).
    dcat = "http://www.w3.org/ns/dcat#" {
        ACCESS_SERVICE = "accessService",
        ACCESS_URL = "accessURL",
        BBOX = "bbox",
        BYTE_SIZE = "byteSize",
        CATALOG = "Catalog",
        CONTACT_POINT = "contactPoint",
        DATASET = "dataset",
        DATASET_CLASS = "Dataset",
        DATASET_SERIES = "DatasetSeries",
        DATA_SERVICE = "DataService",
        DISTRIBUTION = "distribution",
        DISTRIBUTION_CLASS = "Distribution",
        DOWNLOAD_URL = "downloadURL",
        END_DATE = "endDate",
        ENDPOINT_DESCRIPTION = "endpointDescription",
        ENDPOINT_URL = "endpointURL",
        IN_SERIES = "inSeries",
        KEYWORD = "keyword",
        LANDING_PAGE = "landingPage",
        MEDIA_TYPE = "mediaType",
        PREVIOUS_VERSION = "previousVersion",
        SERVES_DATASET = "servesDataset",
        SERVICE = "service",
        START_DATE = "startDate",
        THEME = "theme",
        VERSION = "version",
        VERSION_NOTES = "versionNotes",
    }
}
terms! {
    /// Dublin Core.
    dcterms = "http://purl.org/dc/terms/" {
        ACCESS_RIGHTS = "accessRights",
        ACCRUAL_PERIODICITY = "accrualPeriodicity",
        CONFORMS_TO = "conformsTo",
        CREATED = "created",
        DESCRIPTION = "description",
        FORMAT = "format",
        FREQUENCY = "Frequency",
        IDENTIFIER = "identifier",
        ISSUED = "issued",
        IS_REPLACED_BY = "isReplacedBy",
        LICENSE = "license",
        LICENSE_DOCUMENT = "LicenseDocument",
        LOCATION = "Location",
        MEDIA_TYPE = "MediaType",
        MEDIA_TYPE_OR_EXTENT = "MediaTypeOrExtent",
        MODIFIED = "modified",
        PERIOD_OF_TIME = "PeriodOfTime",
        PROVENANCE = "provenance",
        PROVENANCE_STATEMENT = "ProvenanceStatement",
        PUBLISHER = "publisher",
        REPLACES = "replaces",
        RIGHTS_STATEMENT = "RightsStatement",
        SOURCE = "source",
        SPATIAL = "spatial",
        STANDARD = "Standard",
        TEMPORAL = "temporal",
        TITLE = "title",
    }
}
terms! {
    /// Measures of quality.
    dqv = "http://www.w3.org/ns/dqv#" {
        HAS_QUALITY_METADATA = "hasQualityMetadata",
    }
}
terms! {
    /// People, organisations and documents.
    foaf = "http://xmlns.com/foaf/0.1/" {
        AGENT = "Agent",
        DOCUMENT = "Document",
        HOMEPAGE = "homepage",
        NAME = "name",
        PAGE = "page",
    }
}
terms! {
    /// Geometry as text.
    geosparql = "http://www.opengis.net/ont/geosparql#" {
        WKT_LITERAL = "wktLiteral",
    }
}
terms! {
    /// The trust framework's own terms, in the namespace that its specification prescribes (CON-23).
    ib1 = "https://registry.trust.ib1.org/ns/1.0#" {
        DATA_SCHEMA = "dataSchema",
        DATASET_ASSURANCE = "datasetAssurance",
        HEARTBEAT_DESCRIPTION = "heartbeatDescription",
        OAUTH_ISSUER = "oauthIssuer",
        ROLE_REQUIRED_TO_ACCESS = "roleRequiredToAccess",
        SCHEME = "scheme",
        SENSITIVITY_CLASS = "sensitivityClass",
        TRUST_FRAMEWORK = "trustFramework",
    }
}
terms! {
    /// Provenance.
    prov = "http://www.w3.org/ns/prov#" {
        HAS_PROVENANCE = "has_provenance",
        WAS_DERIVED_FROM = "wasDerivedFrom",
    }
}
terms! {
    /// Expiry, which neither DCAT nor Dublin Core has a term for.
    schema = "http://schema.org/" {
        EXPIRES = "expires",
    }
}
terms! {
    /// Concepts of lists that others keep.
    skos = "http://www.w3.org/2004/02/skos/core#" {
        CONCEPT = "Concept",
        PREF_LABEL = "prefLabel",
    }
}
terms! {
    /// Checksums.
    spdx = "http://spdx.org/rdf/terms#" {
        ALGORITHM = "algorithm",
        ALGORITHM_CLASS = "ChecksumAlgorithm",
        CHECKSUM = "checksum",
        CHECKSUM_CLASS = "Checksum",
        CHECKSUM_VALUE = "checksumValue",
        SHA256 = "checksumAlgorithm_sha256",
    }
}
terms! {
    /// Contacts.
    vcard = "http://www.w3.org/2006/vcard/ns#" {
        FN = "fn",
        HAS_EMAIL = "hasEmail",
        HAS_URL = "hasURL",
        KIND = "Kind",
    }
}

/// The prefixes of what is written.
pub(super) const PREFIXES: [(&str, &str); 13] = [
    ("adms", adms::NAMESPACE),
    ("dcat", dcat::NAMESPACE),
    ("dcterms", dcterms::NAMESPACE),
    ("dqv", dqv::NAMESPACE),
    ("foaf", foaf::NAMESPACE),
    ("geosparql", geosparql::NAMESPACE),
    ("ib1", ib1::NAMESPACE),
    ("prov", prov::NAMESPACE),
    ("schema", schema::NAMESPACE),
    ("skos", skos::NAMESPACE),
    ("spdx", spdx::NAMESPACE),
    ("vcard", vcard::NAMESPACE),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];
