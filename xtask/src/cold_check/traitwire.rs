use serde::{Deserialize, Serialize};
use traitwire::{Wire, rpc_interface};

#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
pub struct Model {
    pub id: u64,
    pub name: String,
    pub tags: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
pub enum CatalogError {
    NotFound { id: u64 },
    Busy,
}

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn search(&self, query: &str, limit: Option<u32>) -> Result<Vec<Model>, CatalogError>;
    async fn rename(&self, id: u64, name: &str) -> Result<Model, CatalogError>;
    async fn count(&self) -> u64;
}

pub fn as_json(model: &Model) -> String {
    serde_json::to_string(model).unwrap_or_default()
}
