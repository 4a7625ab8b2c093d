//! Tests of reading a config.

use std::path::Path;

use super::*;

/// The config that the design sketches.
const SKETCH: &str = include_str!("sketch.toml");

fn parse(text: &str) -> Result<Config, Faults> {
    Config::parse(Path::new("/data/verho.toml"), text)
}

#[test]
fn the_sketch_loads() {
    let config = parse(SKETCH).unwrap_or_else(|faults| panic!("{faults}"));
    let source = &config.sources[0];
    assert_eq!(source.files.pattern, Path::new("/data/customers.csv"));
    assert_eq!(source.id_space, "crm");
    assert_eq!(source.emails.len(), 1);
    assert_eq!(source.relationship.yes, ["active"]);
    assert_eq!(source.relationship.no, None);
    let targeting = source.targeting.as_ref().expect("the sketch maps it");
    assert!(targeting.blank_is_not_objected);
    assert_eq!(targeting.scopes, Scopes::of(Scope::OffPlatformTargeting));
    assert_eq!(source.attributes["product_group"].separator.as_deref(), Some(";"));
    let register = &config.registers[0];
    assert_eq!(register.max_age, Some(jiff::SignedDuration::from_hours(36)));
    assert_eq!(register.max_shrink, Some(0.02));
    assert_eq!(register.id_space.as_deref(), Some("crm"));
    assert_eq!(config.bases[0].valid_until, Some(jiff::civil::date(2027, 3, 1)));
    let audience = &config.audiences[0];
    assert_eq!(audience.platforms, ["meta", "linkedin"]);
    assert_eq!(audience.min_age, 18);
    assert_eq!(audience.binding, crate::policy::scope::binding_scopes(Purpose::Retarget, false, true));
    assert_eq!(config.output.dir, Path::new("/data/releases"));
}
