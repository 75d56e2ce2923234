use serde_json::json;

use super::*;

#[test]
fn changed_fields_are_named_and_what_the_server_keeps_is_not() {
    let before = json!({
        "metadata": {"name": "a", "resourceVersion": "1", "managedFields": []},
        "spec": {"image": "old", "list": [1, 2], "gone": true}, "status": {"ready": 1},
    });
    let after = json!({
        "metadata": {"name": "a", "resourceVersion": "2"},
        "spec": {"image": "new", "list": [1, 3], "new": {}},
    });
    let expected = [".spec.gone", ".spec.image", ".spec.list[1]", ".spec.new"];
    assert_eq!(changed_fields(&before, &after), expected);
    assert_eq!(changed_fields(&before, &before), Vec::<String>::new());
}

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
