// The types of the scripts in the page: the page's data, the token service's responses, and the interface between the
// runtime and the adapters. They are for editors and for `.ci/javascript`; no page contains this file.
//
// The interfaces above "the adapter's interface" are a wire format: a test compares them with src/protocol.rs and with
// the output of the Rust code.

// ---- the page's data ------------------------------------------------------------------------------------------------

/** The data that all pages of a configuration have in common. It is part of the code, whose hash a policy can allow. */
export interface ConstantData {
  cookie: CookieData;
  /** The path of the token service. */
  tokens: string;
  /** Whether signed-out visitors see the widgets. */
  visitors?: true;
  widgets: WidgetData[];
}

/** The marker cookie, as the runtime writes it. */
export interface CookieData {
  name: string;
  /** The attributes after the value, except for `Max-Age`; they start with a semicolon. */
  attributes: string;
}

/** The data about one widget that every page has. */
export interface WidgetData {
  name: string;
  /** The name of the token that replaces the page's token before it expires. */
  token: string;
  /** The URL of the vendor's library. */
  library?: string;
  /** The settings that the adapter passes to the library; they are the same for every user. */
  settings: Record<string, any>;
  residue: SessionArtifacts;
}

/**
 * The traces of a vendor's session in the browser. One `*` in a name or key stands for any text. In a pattern without
 * `*`, a `#` at the start stands for 24 lower-case hexadecimal digits.
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

/** The data of one page, which is also the token service's response to `page`. */
export interface PageData {
  /** The marker in the page's request: a fingerprint, `out`, or empty. */
  seen: string;
  /** The fingerprint of the user whose page this is, or empty. */
  fp: string;
  /** Whether a session must end although the request had no marker. */
  reset?: true;
  /** Whether the page requires trusted types for the URLs of scripts. */
  trusted?: true;
  /** The boot data for each widget's adapter, by the widget's name. */
  people: Record<string, BootData>;
  /** The lifetime of each token in the page, in seconds, by the widget's name. */
  lifetimes: Record<string, number>;
}

/** The token service's response if it returns neither a token nor a page's data. The status says the same. */
export interface ErrorAnswer {
  error: string;
}

/** Data about a user (a token, an e-mail address, ...), written by the widget's Rust code and read by its adapter. */
export type BootData = Record<string, any>;

// ---- the adapter's interface ----------------------------------------------------------------------------------------

/** A widget as the runtime passes it to an adapter. */
export interface Widget extends WidgetData {
  /** The user's boot data; absent on a visitor's page. */
  person?: BootData;
}

/** An adapter script. The runtime calls it once, before anything else. */
export type AdapterFactory = (tools: Tools) => Adapter;

/** Reads UTF-8 JSON from base64url: a part of a JWT, or a token that is an object. */
export type ReadJson = (text: string) => any;

/** One of this crate's adapters that read such texts. The Rust code calls it with the function that reads them. */
export type ReadingAdapterFactory = (readJson: ReadJson) => AdapterFactory;

/** An adapter. The runtime may call its methods in any order, twice, and before the vendor's library has loaded. */
export interface Adapter {
  /** Shows the widget to the user or to a visitor. */
  boot(widget: Widget): void;
  /** Called on the same user's next page, without `token`, and with a new token that replaces the page's token. */
  refresh(widget: Widget, token?: string): void;
  /** Ends the session. If `load` is true, the adapter may load the library for this call alone. */
  shutdown(widget: Widget, load?: boolean): void;
}

/** Options for a library's script element. */
export interface LoadOptions {
  /** The element's id. */
  id?: string;
  /** Further attributes. */
  attributes?: Record<string, string>;
  /** Called after the library's script has run. If the page already has an element for it, also called at once. */
  onload?: () => void;
  /** Called immediately before the element is made. `found` says whether the page already has one. */
  before?: (found: boolean) => void;
}

/** Functions of the runtime for adapters. */
export interface Tools {
  /** Whether the widgets are booted, for a user or for a visitor. */
  alive(): boolean;
  /**
   * The value of an own property of `window`, or undefined. With `<a id=acme>` in the page, `window.acme` is that element
   * until a script has assigned it; so adapters read each global of a vendor with this function.
   */
  global(name: string): any;
  /** The document's own member. With `<img name=cookie>` in the page, `document.cookie` is that element. */
  read(name: string): any;
  /** Listens to an event of `window`, whose `addEventListener` markup can shadow. */
  on(event: string, action: (event: any) => void, once?: boolean): void;
  /** Calls `action` shortly after the page's `load` event, or at once if that is over. */
  afterLoad(action: () => void): void;
  /** Loads a library after the page's `load` event, unless the page already has a script with this URL or id. */
  load(url: string | undefined, options?: LoadOptions): void;
  /**
   * Fetches a new token and passes it to `callback`, if the same user's widgets are still booted then. `value`: a value
   * that the token must sign, too.
   */
  token(name: string, callback: (token: string, seconds?: number) => void, value?: string): void;
  /** While the user's widgets are booted: stores `token`, if there is one, as `person.token`, and passes that on. */
  renew(widget: Widget, token: string | undefined, identify: (token: string) => void): void;
  /**
   * Removes the vendors' cookies and storage, now and again some seconds later, as long as no widget is booted and the
   * cookies do not belong to another user.
   */
  purge(): void;
  /** Calls `action` after each swap of the body or of a part of it, while the widgets are booted. */
  onSwap(action: () => void): void;
  /** Removes the calls from a stub's queue that its library has not processed yet, except those that `keep` accepts. */
  emptyQueue(queue: any, keep?: (call: any) => boolean): boolean;
}

// ---- the runtime ----------------------------------------------------------------------------------------------------

/** The token service's response, as the runtime sees it. */
export interface Answer {
  status: number;
  text: string;
  /** The media type. */
  type?: string | null;
  /** The lifetime of the token. */
  seconds?: number;
}

/** Reads the document's own member, which markup cannot shadow. */
export type Read = (name: string) => any;

/** The first code of every element: takes the page's data, removes the element, and starts the rest once in a document. */
export type ElementCode = (isAllowedFrame: boolean, start: (read: Read, page: PageData) => void) => void;

/** Loads the code from the token path: the part of an element that has no runtime of its own. */
export type Loader = (path: string, opened?: Promise<any>) => (read: Read, page: PageData) => void;

/**
 * The runtime. `adapters` has each widget's `AdapterFactory`, which the runtime replaces with the `Adapter`. `opened`
 * resolves when libraries may be loaded; without it, they may be loaded at any time.
 */
export type Runtime = (
  constants: ConstantData, adapters: Record<string, any>, read: Read, page: PageData, opened?: Promise<any>
) => void;

/**
 * The runtime with its constants and adapters, as the file at the token path passes it to the loader. `asked` has those
 * who called `refresh` before the code arrived.
 */
export type Code = (
  read: Read, page: PageData, opened: Promise<any> | undefined, asked: ((done: Promise<void>) => void)[]
) => void;

/**
 * Calls `open` when the vendors' libraries may be loaded.
 */
export type Gate = (
  open: (value?: any) => void,
  read: Read
) => void;

/**
 * `window.widgetIdentity`. The runtime fires these events on `window`, without details: `widgetidentity:ready` when
 * this object exists (after deferred scripts have run), `widgetidentity:identified` when the widgets are booted for a
 * signed-in user, `widgetidentity:shutdown` when their sessions have ended, and `widgetidentity:refused` when the
 * server says that the page does not belong to the user who is signed in now.
 */
export interface WidgetIdentity {
  /** Replaces the page's data, as each page load does. */
  visit(page: PageData): void;
  /** Asks the server who is signed in now, and then acts as a page load would. */
  refresh(): Promise<void>;
  /** Whether the widgets are booted for a signed-in user. */
  identified(): boolean;
  /** The loader's alone, until the runtime is there: runs the code from the token path. */
  run?(code: Code): void;
}

declare global {
  interface Window {
    widgetIdentity?: WidgetIdentity;
    /** The vendors' libraries, under their own names. */
    [library: string]: any;
  }
  interface Document {
    readonly prerendering?: boolean;
  }
}
