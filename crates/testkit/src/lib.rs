//! What tests share: databases on both engines, a running application, a counting provider.

mod answer;
pub mod browser;
pub mod clinic;
pub mod db;
pub mod files;
pub mod firebase;
pub mod operator;
mod outbox;
pub mod provider;
pub mod sendgrid;
pub mod session;
pub mod twilio;
