"""What `benches/run` is made of: certificates, the programs that run, load, and the report."""
