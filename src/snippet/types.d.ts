// What the scripts in the page work with: the data that the page carries, what the token service answers, and the
// interface between the runtime and the adapters. It is for editors and for `.ci/javascript`, and is in no page.
//
// The interfaces above "the adapter's interface" are a wire format: a test holds them against src/protocol.rs and
// against what the Rust code writes.

// ---- the page's data ------------------------------------------------------------------------------------------------

/** What every page of a configuration has in common. */
export interface ConstantData {
  cookie: CookieData;
  /** The path of the token service, where there is one. */
  tokens?: string;
  widgets: WidgetData[];
}

/** The marker cookie, as the runtime writes it. */
export interface CookieData {
  name: string;
  /** Everything behind the value but `Max-Age`, beginning with a semicolon. */
  attributes: string;
}

/** What every page says of one widget. */
export interface WidgetData {
  name: string;
  /** The token that replaces the page's own one before it expires. */
  token: string;
  /** The address of the vendor's library. */
  library?: string;
  /** What the adapter hands on to the library, the same for everybody. */
  settings: Record<string, any>;
  residue: SessionArtifacts;
}

/** What a vendor's session leaves in the browser. A name that ends in `*` stands for every name that begins so. */
export interface SessionArtifacts {
  cookies: string[];
  /** Keys of `localStorage`. */
  storage: string[];
  /** Properties of `window`, as paths with dots. */
  globals: string[];
}

/** The data of one page. It is also the token service's answer to `page`. */
export interface PageData {
  /** The marker that the page's request carried: a fingerprint, `out`, or empty. */
  seen: string;
  /** The fingerprint of the person for whom the page is, or empty. */
  fp: string;
  /** Whether somebody's session must end although the request carried no marker. */
  reset?: true;
  /** Whether the addresses of scripts must be trusted types. */
  trusted?: true;
  /** Whether the widgets are shown to visitors. */
  visitor?: true;
  /** By the widget's name: what its adapter needs to know of the person. */
  people: Record<string, BootData>;
  /** By the widget's name: for how many seconds the page's token is good. */
  lifetimes: Record<string, number>;
}

/** What the token service answers where it has neither a token nor a page. Its status says the same. */
export interface ErrorAnswer {
  error: string;
}

/** A token, an email address, ...: what the widget's Rust code put there, under the names that its adapter reads. */
export type BootData = Record<string, any>;

// ---- the adapter's interface ----------------------------------------------------------------------------------------

/** A widget as the runtime hands it to an adapter. */
export interface Widget extends WidgetData {
  /** What the adapter needs to know of the person; absent where the page is a visitor's. */
  person?: BootData;
}

/** What an adapter script is: the runtime calls it once, before anything else. */
export type AdapterFactory = (tools: Tools) => Adapter;

/** The runtime may call these in any order, twice, and before the vendor's library is there. */
export interface Adapter {
  /** Shows the widget: to the person, or to a visitor. */
  boot(widget: Widget): void;
  /** The same person's next page, without `token`; or a new token that replaces the page's own one. */
  refresh(widget: Widget, token?: string): void;
  /** Ends the session. If `load` is true, the adapter may load the library for this call alone. */
  shutdown(widget: Widget, load?: boolean): void;
}

/** How a script element is made. */
export interface LoadOptions {
  /** The element's id. */
  id?: string;
  /** More of its attributes. */
  attributes?: Record<string, string>;
  /** Called when the library's script has run. */
  onload?: () => void;
  /** Called immediately before the element is made. */
  before?: () => void;
}

/** What the runtime does for adapters. */
export interface Tools {
  /** Whether anybody's widgets are up: a person's or a visitor's. */
  alive(): boolean;
  /** Loads a library once the page is loaded; an address that was loaded before is not loaded again. */
  load(url: string | undefined, options?: LoadOptions): void;
  /** Fetches a new token and hands it over if its person's widgets are still up then. */
  token(name: string, callback: (token: string) => void): void;
  /** While the person's widgets are up: keeps `token`, if there is one, as `person.token`, and hands that over. */
  renew(widget: Widget, token: string | undefined, identify: (token: string) => void): void;
  /** Takes from a stub's queue what its library has not seen yet, except for the calls that `keep` is true for. */
  emptyQueue(queue: any, keep?: (call: any) => boolean): boolean;
}

// ---- the runtime ----------------------------------------------------------------------------------------------------

/** The runtime is called with each widget's `AdapterFactory`, and puts the `Adapter` in its place. */
export type Runtime = (adapters: Record<string, any>) => void;

/** `window.widgetIdentity`. */
export interface WidgetIdentity {
  /** Takes the place of the page's data, as each page load does. */
  visit(page: ConstantData & PageData): void;
  /** Asks who is signed in now, and acts as a page load would. */
  refresh(): Promise<void>;
}

declare global {
  interface Window {
    widgetIdentity?: WidgetIdentity;
    /** Vendors' libraries, under whatever names they take. */
    [library: string]: any;
  }
  interface Document {
    readonly prerendering?: boolean;
  }
}
