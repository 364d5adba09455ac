use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Model {
    pub id: u64,
    pub name: String,
    pub tags: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum CatalogError {
    NotFound { id: u64 },
    Busy,
}

pub trait Catalog {
    fn search(&self, query: &str, limit: Option<u32>) -> Result<Vec<Model>, CatalogError>;
    fn rename(&self, id: u64, name: &str) -> Result<Model, CatalogError>;
    fn count(&self) -> u64;
}

pub fn as_json(model: &Model) -> String {
    serde_json::to_string(model).unwrap_or_default()
}
