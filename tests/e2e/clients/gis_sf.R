# sf of Debian: an open table by GDAL's driver of OGC API Features, guarded ones as files that the package curl fetches, for
# GDAL shows a certificate from 3.7 on only. Prints what it read, an answer a line.

suppressPackageStartupMessages(library(sf))

stage <- jsonlite::fromJSON(commandArgs(TRUE)[1])
service <- paste0("OAPIF:", stage$url)

fetched <- function(name, ...) {
  query <- c(...)
  handle <- curl::new_handle(cainfo = stage$anchors, sslcert = stage$certificate, sslkey = stage$private_key)
  if (nzchar(stage$token)) curl::handle_setheaders(handle, Authorization = paste("Bearer", stage$token))
  words <- paste(names(query), curl::curl_escape(query), sep = "=", collapse = "&")
  file <- tempfile(fileext = paste0(".", query[["f"]]))
  answer <- curl::curl_fetch_disk(paste0(stage$url, "/collections/", name, "/items?", words), file, handle)
  if (answer$status_code != 200) stop(answer$status_code, " ", readLines(file, warn = FALSE))
  file
}

say <- function(...) cat(jsonlite::toJSON(list(...), auto_unbox = TRUE, digits = NA, na = "null"), "\n", sep = "")

rows <- function(name, of, table) {
  columns <- as.data.frame(table)
  shapes <- intersect("geometry", names(columns))
  for (column in names(columns)) {
    if (inherits(columns[[column]], "POSIXct")) {
      columns[[column]] <- format(columns[[column]], "%Y-%m-%dT%H:%M:%SZ", tz = "UTC")
    }
  }
  columns[shapes] <- NULL
  if (inherits(table, "sf")) {
    shape <- st_geometry(table)
    columns$geometry <- ifelse(st_is_empty(shape), NA, rawToHex(st_as_binary(shape)))
  }
  say(name = name, of = of, rows = columns)
}

read <- function(file, ...) st_read(file, quiet = TRUE, stringsAsFactors = FALSE, ...)

# The types of GDAL's reader of CSV have no logical.
csv <- function(file) {
  found <- read(file, options = c("GEOM_POSSIBLE_NAMES=geometry", "KEEP_GEOM_COLUMNS=NO", "AUTODETECT_TYPE=YES",
    "EMPTY_STRING_AS_NULL=YES"))
  for (column in intersect(c("planned", "sold"), names(found))) found[[column]] <- as.logical(found[[column]])
  found
}

# What a program without certificate is told of a guarded table, though it has the token.
without_certificate <- function() {
  headers <- tempfile()
  writeLines(paste("Authorization: Bearer", stage$token), headers)
  Sys.setenv(GDAL_HTTP_SSLCERT = stage$certificate, GDAL_HTTP_SSLKEY = stage$private_key, GDAL_HTTP_HEADER_FILE = headers)
  said <- NULL
  told <- function(warning) {
    said <<- c(said, conditionMessage(warning))
    invokeRestart("muffleWarning")
  }
  try(withCallingHandlers(read(service, layer = "zones"), warning = told), silent = TRUE)
  Sys.unsetenv(c("GDAL_HTTP_SSLCERT", "GDAL_HTTP_SSLKEY", "GDAL_HTTP_HEADER_FILE"))
  paste(said, collapse = " ")
}

tryCatch({
  rows("zones", "all", read(fetched("zones", f = "ndjson")))
  rows("zones", "all", read(fetched("zones", f = "geojson", limit = "1000")))
  box <- "S_INTERSECTS(geometry, BBOX(-10, 50, -9, 50.5)) AND planned = TRUE"
  rows("zones", "planned in the box", read(fetched("zones", f = "ndjson", filter = box)))
  for (name in c("zones", "products", "meters")) rows(name, "all", csv(fetched(name, f = "csv")))
  Sys.setenv(CURL_CA_BUNDLE = stage$anchors)
  for (size in c("60", "1000")) {
    rows("leaflet", "all", read(service, layer = "leaflet", options = paste0("PAGE_SIZE=", size)))
  }
  rows("leaflet", "dear", read(service, query = "SELECT * FROM leaflet WHERE price > 30"))
  say(certificate = without_certificate())
}, error = function(refusal) say(refused = conditionMessage(refusal)))
