tools => {
  const stub = (...args) => { stub.q.push(args); };
  stub.q = [];
  // Whom the library was told of: there is no documented way to take it back.
  let told;
  // Whom the queue names that the library will read.
  let queued;
  // The library's function, while it is kept from the page.
  let kept = null;
  let there = false;

  const identify = ({ settings, person: { hash, ...user } }) => {
    window.Canny = window.Canny || kept || stub;
    kept = null;
    // Both published places of the hash.
    window.Canny('identify', { appID: settings.appID, user: Object.assign({ hash }, user), hash });
    // What is not our own queue may be the library.
    if (window.Canny === stub && !there) queued = user.id;
    else told = user.id;
  };

  const arrived = () => {
    there = true;
    if (queued !== undefined) told = queued;
    queued = undefined;
  };

  return {
    boot(widget) {
      const { person } = widget;
      // Another person is identified with the next page load.
      if (person && (told === undefined || told === person.id)) identify(widget);
      tools.load(widget.library, 'canny-jssdk', arrived);
    },

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    shutdown() {
      const canny = window.Canny;
      // What a slow library has not seen yet names somebody: it shall never see it.
      if (canny && Array.isArray(canny.q)) canny.q.length = 0;
      kept = canny || kept;
      queued = undefined;
      // Nothing else to call: the function goes with the globals.
    }
  };
}
