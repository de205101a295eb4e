// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/jwt_libraries.js.
// A chat starts as soon as the page can get a token.
({ stub, later, replay }) => ({
  globals: ['amazon_connect'],

  library() {
    const me = stub();
    const FRAME = 'amazon-connect-chat-widget-iframe';
    const fields = {};
    let ended = false;
    // An earlier page's session is in the storage, and the runtime has to remove it.
    me.end();
    const old = document.getElementById('amazon-connect-chat-widget');
    if (old) old.remove();

    // Whether the user has opened the chat: if not, there is nothing to disconnect.
    const open = () => {
      const widget = document.createElement('div');
      widget.id = 'amazon-connect-chat-widget';
      // No real frame, because browsers differ in when its first window is final.
      const frame = document.createElement('div');
      frame.id = FRAME;
      const disconnect = () => { me.calls.push('disconnect'); ended = true; me.end(); };
      frame.contentWindow = { connect: { ChatSession: { disconnect } } };
      widget.append(frame);
      document.documentElement.append(widget);
    };

    me.ask = () => fields.authenticate(token => {
      if (ended) return;
      if (!document.getElementById(FRAME)) open();
      me.is(token);
    });
    const queue = (window.amazon_connect || {}).ac;
    window.amazon_connect = (field, value) => {
      me.calls.push(field);
      if (field in fields && field !== 'authenticate') me.wrong('twice: ' + field);
      fields[field] = value;
      if (field !== 'authenticate') return;
      if (!fields.snippetId) me.wrong('no snippetId');
      later(me.ask);
    };
    replay(queue, window.amazon_connect);
  }
})
