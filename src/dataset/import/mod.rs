//! From peril CSV files or a `ClimateScore` database to a store.
