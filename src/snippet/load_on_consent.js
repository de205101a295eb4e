/** @type {import('./types').Gate} */
(open, on) => on(window, 'widgetidentity:consent', open, true)
