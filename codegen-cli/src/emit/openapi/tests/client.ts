// Does what openapi-typescript makes of the document tell apart what it should? Only type-checked.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

const client = createClient<paths>({ baseUrl: "/rpc" });

export async function calls(): Promise<void> {
  const found = await client.GET("/Catalog/v1/search", {
    params: { query: { query: "harbour", limit: 1 } },
  });
  const name: string | undefined = found.data?.[0]?.name;
  const many = await client.POST("/Catalog/v1/elements", { body: { ids: [1, 2] } });
  const label: string | undefined = many.data?.["1"]?.label;
  const ping = await client.POST("/Catalog/v1/ping", { body: {} });
  const nothing: null | undefined = ping.data;
  // @ts-expect-error: an argument is missing
  await client.POST("/Catalog/v1/model", { body: {} });
  const missing = await client.POST("/Catalog/v1/model", { body: { id: 999 } });
  if (missing.error?.code === "declared" && missing.error.error.error === "not_found") {
    const id: number = missing.error.error.id;
    console.log(id);
  }
  if (missing.error && missing.error.code !== "declared") console.log(missing.error.detail);
  console.log(name, label, nothing);
}

export function size(shape: components["schemas"]["Shape"]): readonly number[] | null {
  switch (shape.kind) {
    case "block":
      return shape.size;
    case "sphere":
      return [shape.radius];
    default:
      return null;
  }
}
