use super::*;

#[test]
fn only_what_was_named_is_taken_over() {
    let conflict = |manager: &str| Conflict {
        manager: manager.to_owned(),
        field: ".spec.x".to_owned(),
    };
    let named = BTreeSet::from(["kubectl".to_owned()]);
    assert!(are_taken(&named, &[conflict("kubectl")]));
    assert!(!are_taken(&named, &[conflict("kubectl"), conflict("helm")]));
    assert!(!are_taken(&BTreeSet::new(), &[conflict("kubectl")]));
}
