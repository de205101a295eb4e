// Stands in for the vendor's library, by what the vendor publishes. tests/browser/stubs/jwt_libraries.js says what each name means.
// A chat starts as soon as the page knows how to get a token.
({ stub, later, replay }) => ({
  globals: ['amazon_connect'],

  library() {
    const me = stub();
    const FRAME = 'amazon-connect-chat-widget-iframe';
    const fields = {};
    let ended = false;
    // What an earlier page has left is in the storage, and the runtime's to remove.
    me.end();
    const old = document.getElementById('amazon-connect-chat-widget');
    if (old) old.remove();

    // What the person has opened: without it, there is nothing to disconnect.
    const open = () => {
      const widget = document.createElement('div');
      widget.id = 'amazon-connect-chat-widget';
      // No real frame: browsers differ in when its first window is there to stay.
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
