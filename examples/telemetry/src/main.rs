//! How does one trace pass through a frontend and two backends, and what is counted on the way?
//!
//! A shop's frontend orders a part; the desk asks the stock. All three run here, as programs of their own
//! would, over HTTP. Spans go to OpenTelemetry's exporter in memory, and are printed as a tree; put an
//! OTLP exporter in its place to see them in Jaeger or elsewhere. Numbers go to Prometheus' text.

pub mod interfaces;
mod telemetry;

use std::error::Error;

use tracing::Instrument as _;
use traitwire::http::Connector;
use traitwire::rpc::Backend;

use crate::interfaces::{Desk, OrdersClient, OrdersServer, Shelf, StockClient, StockServer};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let telemetry = telemetry::install()?;

    let stock = Backend::builder().serve(StockServer::new(Shelf)).on_call(telemetry::join_trace);
    let stock_url = serve(stock.build()?).await?;

    let stock: StockClient = Connector::new(&stock_url)?
        .application("desk", env!("CARGO_PKG_VERSION"))
        .trace_by(telemetry::place_of)
        .connect()
        .await?;
    let orders =
        Backend::builder().serve(OrdersServer::new(Desk { stock })).on_call(telemetry::join_trace);
    let orders_url = serve(orders.build()?).await?;

    let orders: OrdersClient = Connector::new(&orders_url)?
        .application("shop", env!("CARGO_PKG_VERSION"))
        .trace_by(telemetry::place_of)
        .connect()
        .await?;
    let click = tracing::info_span!("click");
    let ordered = orders.order("bolt", 3).instrument(click).await?;
    println!("ordered: {ordered}\n");

    print!("{}", telemetry.tree()?);
    println!("\n{}", telemetry.numbers());
    Ok(())
}

/// Serves a backend on a free port, and says where.
async fn serve(backend: Backend) -> Result<String, Box<dyn Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/rpc", listener.local_addr()?);
    let app = axum::Router::new().nest_service("/rpc", traitwire::http::service(backend));
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(url)
}
