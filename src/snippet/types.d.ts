// What the scripts in the page work with: the data that the page carries, what the token service answers, and the
// interface between the runtime and the adapters. It is for editors and for `.ci/javascript`, and is in no page.
//
// The interfaces above "the adapter's interface" are a wire format: a test holds them against src/protocol.rs and
// against what the Rust code writes.

// ---- the page's data ------------------------------------------------------------------------------------------------

/** What every page of a configuration has in common. It stands in the code, whose hash a policy can allow. */
export interface ConstantData {
  cookie: CookieData;
  /** The path of the token service. */
  tokens: string;
  /** Whether pages in iframes of the same origin get the widgets. */
  iframes?: true;
  /** Whether visitors are shown the widgets. */
  visitors?: true;
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

/**
 * What a vendor's session leaves in the browser. One `*` in a name or key stands for any text; without one, a `#` in front
 * stands for 24 lower-case hexadecimal digits.
 */
export interface SessionArtifacts {
  cookies: string[];
  /** Keys of `localStorage`. */
  storage: string[];
  /** Keys of `sessionStorage`. */
  session: string[];
  /** Properties of `window`, as paths with dots. */
  globals: string[];
}

/** The data of one page. It is also the token service's answer to `page`. */
export interface PageData {
  /** The marker that the page's request carried: a fingerprint, `out`, or empty. */
  seen: string;
  /** The fingerprint of the person for whom the page is, or empty. */
  fp: string;
  /** Whether a session must end although the request carried no marker. */
  reset?: true;
  /** Whether the addresses of scripts must be trusted types. */
  trusted?: true;
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

/** Reads JSON in UTF-8 out of base64url: a part of a JWT, or a token that is an object. */
export type ReadJson = (text: string) => any;

/** An adapter of this crate that reads such texts: the Rust code calls it with the one function that does. */
export type ReadingAdapterFactory = (readJson: ReadJson) => AdapterFactory;

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
  /** Called when the library's script has run; where the page has an element for it, also at once. */
  onload?: () => void;
  /** Called immediately before the element is made; `found` where the page has one already. */
  before?: (found: boolean) => void;
}

/** What the runtime does for adapters. */
export interface Tools {
  /** Whether anybody's widgets are up: a person's or a visitor's. */
  alive(): boolean;
  /** Loads a library once the page is loaded, unless the page has a script of that address or id already. */
  load(url: string | undefined, options?: LoadOptions): void;
  /** Fetches a new token and hands it over if its person's widgets are still up then. `value`: what it is to sign besides. */
  token(name: string, callback: (token: string, seconds?: number) => void, value?: string): void;
  /** While the person's widgets are up: keeps `token`, if there is one, as `person.token`, and hands that over. */
  renew(widget: Widget, token: string | undefined, identify: (token: string) => void): void;
  /** Removes cookies and storage, now and some seconds later, if nobody's widgets are up and they are no other person's. */
  purge(): void;
  /** Calls `action` after each swap of the body, or of a part of it, while the widgets are up. */
  onSwap(action: () => void): void;
  /** Takes from a stub's queue what its library has not seen yet, except for the calls that `keep` is true for. */
  emptyQueue(queue: any, keep?: (call: any) => boolean): boolean;
}

// ---- the runtime ----------------------------------------------------------------------------------------------------

/** What the token service answered, as the runtime sees it. */
export interface Answer {
  status: number;
  text: string;
  /** The media type. */
  type?: string | null;
  /** For how long the token is good. */
  seconds?: number;
}

/** The runtime is called with each widget's `AdapterFactory`, and puts the `Adapter` in its place. */
export type Runtime = (constants: ConstantData, adapters: Record<string, any>, gate?: Gate) => void;

/** Calls `open` when the vendors' libraries may be loaded. `on` and `read` are the runtime's own, which no markup shadows. */
export type Gate = (
  open: (value?: any) => void,
  on: (target: EventTarget, event: string, action: () => void, once?: boolean) => void,
  read: (name: string) => any
) => void;

/**
 * `window.widgetIdentity`. The events are fired on `window`, without details: `widgetidentity:ready` when this is there
 * (after deferred scripts have run), `widgetidentity:identified` when the widgets are booted for a signed-in user,
 * `widgetidentity:shutdown` when their sessions were ended, and `widgetidentity:refused` when the server says that the page is
 * not the user's who is signed in now.
 */
export interface WidgetIdentity {
  /** Takes the place of the page's data, as each page load does. */
  visit(page: PageData): void;
  /** Asks who is signed in now, and acts as a page load would. */
  refresh(): Promise<void>;
  /** Whether the widgets are booted for a signed-in user. */
  identified(): boolean;
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
