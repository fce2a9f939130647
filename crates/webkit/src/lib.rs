//! Axum glue: policy-carrying routes, problems, forms, sessions, live events, OpenAPI.
