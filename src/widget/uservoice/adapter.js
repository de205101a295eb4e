/** @type {import('../../snippet/types').ReadingAdapterFactory} */
readJson => tools => {
  // The elements that the library adds to the page, by the names in its own style sheet.
  const ELEMENTS = '#uvTab,.uv-tray,.uv-icon,.uv-popover,.uv-bubble';
  // The id of the user whom the library knows: there is no documented way to withdraw it.
  let known = '';
  // The id of the user in the queue, which the library will read.
  let queued = '';
  let shown = false;
  let loaded = false;
  /**
   * The library, while the page cannot see it.
   * @type {any}
   */
  let hidden = null;

  const userVoice = () => tools.global('UserVoice');
  const isThere = () => loaded || (!!userVoice() && !Array.isArray(userVoice()));

  /** @type {(name: string, options?: any) => void} */
  const push = (name, options) => {
    window.UserVoice = userVoice() || [];
    window.UserVoice.push(options ? [name, options] : [name]);
  };

  /** @param {string} token */
  const idOf = token => readJson(token.split('.')[1]).guid;

  /** @type {(settings: Record<string, any>, person?: import('../../snippet/types').BootData) => void} */
  const show = ({ trigger, ...looks }, person) => {
    shown = true;
    if (hidden) window.UserVoice = hidden;
    hidden = null;
    push('set', { ...looks, ...(person && { sso: person.token }) });
    if (trigger) push('addTrigger', {});
  };

  const hide = () => {
    push('hide');
    tools.read('querySelectorAll').call(document, ELEMENTS).forEach((/** @type {Element} */ element) => element.remove());
    hidden = userVoice();
    delete window.UserVoice;
  };

  const onload = () => {
    loaded = true;
    known = known || queued;
    if (!tools.alive() && userVoice()) hide();
  };

  return {
    boot({ settings, person, library }) {
      const id = person ? idOf(person.token) : '';
      // The library cannot change users: another user's widget appears on the next page load.
      if (known && known !== id) return;
      if (!shown) show(settings, person);
      if (isThere()) known = id;
      else queued = id;
      tools.load(library, { onload });
    },

    refresh(widget, token) {
      if (shown) tools.renew(widget, token, sso => push('set', { sso }));
    },

    // The library is not loaded for a shutdown, because it would show its trigger.
    shutdown() {
      shown = false;
      queued = '';
      if (!tools.emptyQueue(userVoice()) && userVoice()) hide();
    }
  };
}
