//! How does the catalog answer?

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use futures_util::stream;
use tokio::sync::watch;
use traitwire::{Bytes, Context, Stream};
use traitwire_interfaces::Page;
use traitwire_interfaces::catalog::{
    Catalog, CatalogError, Change, Description, Element, ElementId, Filter, GeometrySummary, Model,
    ModelId, Node, PropertyCategory, Query, Result, Row, Statistics, Tag, Thumbnail,
    ThumbnailFormat, TileId, Version,
};

use super::Store;

/// The catalog over a store.
pub(crate) struct ModelCatalog {
    store: Store,
    /// Rings whenever a change was stored. Who hears it asks the store which.
    changed: watch::Sender<()>,
}

impl ModelCatalog {
    pub(crate) fn new(store: Store) -> ModelCatalog {
        ModelCatalog { store, changed: watch::Sender::new(()) }
    }

    async fn retag(
        &self,
        cx: &Context,
        id: ModelId,
        add: BTreeSet<Tag>,
        remove: BTreeSet<Tag>,
    ) -> Result<BTreeSet<Tag>> {
        let by = subject(cx);
        let tags = self.store.run(move |store| store.retag(id, &add, &remove, &by)).await?;
        self.changed.send_replace(());
        Ok(tags)
    }
}

impl Catalog for ModelCatalog {
    async fn ping(&self) {}

    async fn search(
        &self,
        query: &str,
        limit: Option<u32>,
        filter: Option<Filter>,
    ) -> Result<Vec<Model>> {
        let query = query.to_owned();
        let limit = limit.unwrap_or(20).min(100) as usize;
        let filter = filter.unwrap_or(Filter::Any);
        self.store.run(move |store| store.search(&query, limit, &filter)).await
    }

    async fn model(&self, id: ModelId) -> Result<Model> {
        self.store.run(move |store| store.model(id)).await
    }

    async fn describe(&self, id: ModelId) -> Result<Description> {
        self.store.run(move |store| store.describe(id)).await
    }

    async fn hierarchy(&self, model: ModelId, depth: Option<u8>) -> Result<Node> {
        self.store.run(move |store| store.hierarchy(model, depth.unwrap_or(u8::MAX))).await
    }

    async fn children(&self, parent: ElementId) -> Result<Vec<Element>> {
        self.store.run(move |store| store.children(parent)).await
    }

    async fn element(&self, id: ElementId) -> Result<Element> {
        self.store.run(move |store| store.element(id)).await
    }

    async fn elements(&self, ids: &[ElementId]) -> Result<BTreeMap<ElementId, Element>> {
        let ids = ids.to_vec();
        self.store.run(move |store| store.elements(&ids)).await
    }

    async fn properties(&self, id: ElementId) -> Result<Vec<PropertyCategory>> {
        self.store.run(move |store| store.properties(id)).await
    }

    async fn geometry_summary(&self, id: ElementId) -> Result<GeometrySummary> {
        self.store.run(move |store| store.geometry(id)).await
    }

    async fn tile(&self, model: ModelId, tile: TileId) -> Result<Bytes> {
        self.store.run(move |store| store.tile(model, tile)).await.map(Bytes::from)
    }

    async fn upload_thumbnail(&self, image: Bytes) -> Result<Thumbnail> {
        let format = match &image[..] {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => ThumbnailFormat::Png,
            [0xFF, 0xD8, 0xFF, ..] => ThumbnailFormat::Jpeg,
            _ => return Err(CatalogError::NotAPicture),
        };
        let digest = fnv1a(&image);
        let size = u32::try_from(image.len()).map_err(|_| CatalogError::NotAPicture)?;
        let known = self.store.run(move |store| store.keep_thumbnail(digest, &image)).await?;
        Ok(Thumbnail { digest, size, format, known })
    }

    async fn query(&self, query: Query) -> Result<Page<Row>, CatalogError> {
        self.store.run(move |store| store.query(&query)).await
    }

    async fn statistics(&self, model: Option<ModelId>) -> Result<Statistics> {
        self.store.run(move |store| store.statistics(model)).await
    }

    async fn rename(&self, cx: &Context, id: ModelId, name: &str) -> Result<Model, CatalogError> {
        let (name, by) = (name.to_owned(), subject(cx));
        let model = self.store.run(move |store| store.rename(id, &name, &by)).await?;
        self.changed.send_replace(());
        Ok(model)
    }

    async fn tag(&self, cx: &Context, id: ModelId, tags: BTreeSet<Tag>) -> Result<BTreeSet<Tag>> {
        self.retag(cx, id, tags, BTreeSet::new()).await
    }

    async fn untag(&self, cx: &Context, id: ModelId, tags: BTreeSet<Tag>) -> Result<BTreeSet<Tag>> {
        self.retag(cx, id, BTreeSet::new(), tags).await
    }

    async fn versions(&self, id: ModelId) -> Result<Vec<Version>> {
        self.store.run(move |store| store.versions(id)).await
    }

    async fn changes(&self, id: ModelId, after: Option<u64>) -> Result<Vec<Change>> {
        self.store.run(move |store| store.changes(id, after.unwrap_or(0))).await
    }

    fn watch(
        &self,
        id: ModelId,
        after: Option<u64>,
    ) -> impl Stream<Item = Result<Change, CatalogError>> + Send {
        let feed = Feed { id, after, changed: self.changed.subscribe(), read: VecDeque::new() };
        stream::try_unfold(feed, async |mut feed| {
            Ok(feed.next(&self.store).await?.map(|change| (change, feed)))
        })
    }
}

/// How far one caller has read the changes of a model.
struct Feed {
    id: ModelId,
    /// The last change that it had; none before it has asked.
    after: Option<u64>,
    changed: watch::Receiver<()>,
    /// Read from the store, but not yet passed on.
    read: VecDeque<Change>,
}

impl Feed {
    async fn next(&mut self, store: &Store) -> Result<Option<Change>> {
        let id = self.id;
        let mut after = match self.after {
            Some(after) => after,
            None => store.run(|store| store.last_change()).await?,
        };
        while self.read.is_empty() {
            // Marked before the store is asked: a change in between rings again.
            self.changed.mark_unchanged();
            self.read = store.run(move |store| store.changes(id, after)).await?.into();
            if self.read.is_empty() && self.changed.changed().await.is_err() {
                return Ok(None);
            }
        }
        let next = self.read.pop_front();
        after = next.as_ref().map_or(after, |change| change.number);
        self.after = Some(after);
        Ok(next)
    }
}

/// Who calls. Each method that asks needs a scope, so there is somebody.
fn subject(cx: &Context) -> String {
    cx.caller().map_or("nobody", |caller| caller.subject()).to_owned()
}

/// FNV-1a with 128 bits: tells pictures apart, and is no protection against forgery.
fn fnv1a(bytes: &[u8]) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(BASIS, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::StreamExt as _;
    use traitwire::Caller;

    use super::*;

    const BRIDGE: ModelId = ModelId(101);

    #[tokio::test]
    async fn a_feed_begins_with_what_was_missed_and_goes_on_with_what_happens() {
        let catalog = ModelCatalog::new(Store::open().unwrap());
        let past = catalog.changes(BRIDGE, None).await.unwrap();
        let feed = catalog.watch(BRIDGE, Some(past[0].number)).take(past.len());
        let renamed = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let cx = Context::new("Catalog", "rename").with_caller(Caller::new("bob"));
            catalog.rename(&cx, BRIDGE, "Linden Bridge").await.unwrap();
        };
        let both = async { tokio::join!(feed.collect::<Vec<_>>(), renamed).0 };
        let changes = tokio::time::timeout(Duration::from_secs(10), both).await.unwrap();
        let changes: Vec<_> = changes.into_iter().collect::<Result<_>>().unwrap();
        assert_eq!(changes[..past.len() - 1], past[1..]);
        assert_eq!(changes[past.len() - 1].by, "bob");
    }

    #[tokio::test]
    async fn a_feed_of_nothing_fails_at_once() {
        let catalog = ModelCatalog::new(Store::open().unwrap());
        let mut feed = std::pin::pin!(catalog.watch(ModelId(7), None));
        assert_eq!(feed.next().await, Some(Err(CatalogError::NotFound { id: ModelId(7) })));
        assert_eq!(feed.next().await, None);
    }

    #[test]
    fn the_digest_is_fnv1a() {
        assert_eq!(fnv1a(b""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        assert_eq!(fnv1a(b"a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    }
}
