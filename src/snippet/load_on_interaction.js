/** @type {import('./types').Gate} */
(open, on) => 'pointerdown keydown scroll widgetidentity:load'.split(' ').forEach(event => on(window, event, open, true))
