//! Many things in a few words, for the subject of an operation about all of them.

/// Names that are spelled out.
const SPELLED_OUT: usize = 3;

/// `a, b, c and 4 more`.
pub fn several<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names = names.into_iter();
    let first: Vec<&str> = names.by_ref().take(SPELLED_OUT).collect();
    let first = first.join(", ");
    match names.count() {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_names_are_spelled_out_and_many_are_counted() {
        assert_eq!(several(["a"]), "a");
        assert_eq!(several(["a", "b", "c"]), "a, b, c");
        assert_eq!(several(["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
    }
}
