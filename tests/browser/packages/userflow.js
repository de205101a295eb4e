// Calls that the library gets as soon as it is there.
import userflow from 'userflow.js';

window.userflowErrors = [];
const attempt = action => { try { action(); } catch (error) { window.userflowErrors.push(String(error)); } };
attempt(() => userflow.setBaseZIndex(2000));
attempt(() => userflow.setUrlFilter(url => url));
attempt(() => userflow.load());
