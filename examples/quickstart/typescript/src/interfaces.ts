/** What `traitwire generate` wrote from the Rust traits. A project of its own would generate into its own folder. */
export * from "../../../../interfaces/generated/typescript/index.js";
