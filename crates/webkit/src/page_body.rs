/// The body of a list's page (`spec/api-conventions.md`, Lists) with the rows of one
/// kind, made from a [`kernel::Page`]. The documented type has a name of its own:
///
/// ```ignore
/// webkit::page_body! {
///     /// A page of users.
///     #[schema(example = json!({"count": 0, "next": null, "previous": null, "results": []}))]
///     pub(super) struct UserPage {
///         /// Rows in the whole list.
///         count,
///         /// The rows, by name.
///         results: Vec<UserBody>,
///     }
/// }
/// ```
#[macro_export]
macro_rules! page_body {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $(#[$count:meta])*
            count,
            $(#[$results:meta])*
            results: Vec<$row:ty>,
        }
    ) => {
        #[derive(Debug, serde::Serialize, utoipa::ToSchema)]
        $(#[$meta])*
        $vis struct $name {
            $(#[$count])*
            count: i64,
            /// Address of the next page.
            next: Option<String>,
            /// Address of the page before.
            previous: Option<String>,
            $(#[$results])*
            results: Vec<$row>,
        }

        impl From<kernel::Page<$row>> for $name {
            fn from(page: kernel::Page<$row>) -> Self {
                Self {
                    count: page.count,
                    next: page.next,
                    previous: page.previous,
                    results: page.results,
                }
            }
        }
    };
}
