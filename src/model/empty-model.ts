/** A Model that asks for nothing, for whoever puts one together. */
import type { Model, Settings } from './model.ts'

export const emptyModel = (settings: Settings): Model => ({
  settings,
  groups: [],
  services: [],
  serviceIndex: new Map(),
  views: [],
  aliases: [],
  virtuals: [],
  paths: [],
  receivers: new Map(),
  windows: [],
  reports: [],
})
