//! A repository of engineering models: bridges, stations, plants.
//!
//! A model has versions; its elements form a tree. The interface has every kind of method that an
//! RPC interface can have, among them a borrowed slice, bytes in both directions, paged queries over
//! values that are not known beforehand, and a stream.

mod change;
mod element;
mod error;
mod geometry;
mod ids;
mod model;
mod property;
mod query;

use std::collections::{BTreeMap, BTreeSet};

use traitwire::{Bytes, Context, Stream, rpc_interface};

pub use self::change::{Change, ChangeKind, Delta, Version};
pub use self::element::{Element, ElementClass, Node};
pub use self::error::{CatalogError, QueryProblem, Result};
pub use self::geometry::{
    BoundingBox, Color, GeometrySummary, Placement, Point2, Shape, Sphere, TileId,
};
pub use self::ids::{ElementId, ModelId, Tag};
pub use self::model::{
    Description, Filter, Model, ModelKind, Origin, Statistics, Thumbnail, ThumbnailFormat,
};
pub use self::property::{Property, PropertyCategory, PropertyValue, Unit};
pub use self::query::{Comparison, Condition, Query, Row};
use crate::Page;

/// Finds models, reads them, and says what changes in them.
#[rpc_interface(version = "1.4.0")]
pub trait Catalog {
    /// Does nothing. Shows that the backend is there.
    #[rpc(readonly, public)]
    async fn ping(&self);

    /// Models whose name or place contains `query`, best match first.
    ///
    /// An empty `query` matches all. `limit` is 20 unless given, and at most 100.
    ///
    /// ```json
    /// { "query": "harbour", "limit": 5 }
    /// ```
    #[rpc(readonly)]
    async fn search(
        &self,
        query: &str,
        limit: Option<u32>,
        filter: Option<Filter>,
    ) -> Result<Vec<Model>>;

    /// One model.
    #[rpc(readonly)]
    async fn model(&self, id: ModelId) -> Result<Model>;

    /// All that is known of a model: where it stands, how large it is, how many elements it has.
    #[rpc(readonly, alias = "info")]
    async fn describe(&self, id: ModelId) -> Result<Description>;

    /// The tree of a model's elements, `depth` levels of it. Without `depth`, all of them.
    #[rpc(readonly)]
    async fn hierarchy(&self, model: ModelId, depth: Option<u8>) -> Result<Node>;

    /// The elements directly below an element, in the order of their labels.
    #[rpc(readonly)]
    async fn children(&self, parent: ElementId) -> Result<Vec<Element>>;

    /// One element.
    #[rpc(readonly)]
    async fn element(&self, id: ElementId) -> Result<Element>;

    /// Many elements at once. Those that do not exist are not in the reply.
    #[rpc(readonly)]
    async fn elements(&self, ids: &[ElementId]) -> Result<BTreeMap<ElementId, Element>>;

    /// What is known of an element beyond its class and label, by category.
    #[rpc(readonly)]
    async fn properties(&self, id: ElementId) -> Result<Vec<PropertyCategory>>;

    /// Where an element is and what it looks like from afar.
    #[rpc(readonly)]
    async fn geometry_summary(&self, id: ElementId) -> Result<GeometrySummary>;

    /// A part of a model's geometry, ready for a graphics card.
    ///
    /// The bytes are `TWT1`, then for each element its id (`u64`) and its bounding box (six `f32`),
    /// all little-endian.
    #[rpc(readonly)]
    async fn tile(&self, model: ModelId, tile: TileId) -> Result<Bytes>;

    /// Stores a picture (PNG or JPEG) and says under which digest. The same picture is stored once.
    #[rpc(idempotent, scope = "models:write")]
    async fn upload_thumbnail(&self, image: Bytes) -> Result<Thumbnail>;

    /// Elements that meet all conditions of the query, with the asked-for properties.
    #[rpc(readonly)]
    async fn query(&self, query: Query) -> std::result::Result<Page<Row>, CatalogError>;

    /// How many elements there are, of which classes and on which levels: of one model, or of all.
    #[rpc(readonly)]
    async fn statistics(&self, model: Option<ModelId>) -> Result<Statistics>;

    /// Gives a model another name. No two models have the same.
    #[rpc(scope = "models:write")]
    async fn rename(
        &self,
        cx: &Context,
        id: ModelId,
        name: &str,
    ) -> std::result::Result<Model, CatalogError>;

    /// Adds tags to a model. The reply has all tags that it has now.
    #[rpc(idempotent, scope = "models:write")]
    async fn tag(&self, cx: &Context, id: ModelId, tags: BTreeSet<Tag>) -> Result<BTreeSet<Tag>>;

    /// Takes tags off a model. The reply has all tags that it has now.
    #[rpc(idempotent, scope = "models:write")]
    async fn untag(&self, cx: &Context, id: ModelId, tags: BTreeSet<Tag>) -> Result<BTreeSet<Tag>>;

    /// The released versions of a model, newest first.
    #[rpc(readonly)]
    async fn versions(&self, id: ModelId) -> Result<Vec<Version>>;

    /// What has changed in a model since change number `after`, oldest first, at most 1000 changes.
    /// Where there are so many, the last one's number brings the next.
    #[rpc(readonly)]
    async fn changes(&self, id: ModelId, after: Option<u64>) -> Result<Vec<Change>>;

    /// What has changed in a model since change number `after`, and then each change as it happens.
    ///
    /// Without `after`, changes from now on only. A frontend that lost its connection goes on with
    /// the number of the last change that it has seen.
    #[rpc(readonly, since = "1.4.0")]
    fn watch(
        &self,
        id: ModelId,
        after: Option<u64>,
    ) -> impl Stream<Item = std::result::Result<Change, CatalogError>> + Send;
}
