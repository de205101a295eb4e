// Stands in for HubSpot's chat: it reads the settings when it loads, asks its server who the user is, and shows the
// result.
(() => {
  const chat = document.createElement('aside');
  chat.id = 'hubspot-chat';
  const calls = window.hubspotStandIn = { calls: [], who: null };

  const start = async () => {
    const { identificationEmail: email, identificationToken: token } = window.hsConversationsSettings || {};
    calls.calls.push('load');
    document.body.append(chat);
    chat.textContent = 'Chat: connecting';
    if (!email || !token) {
      chat.textContent = 'Chat: an unknown visitor';
      return;
    }
    const answer = await fetch('/stand-in/who?' + new URLSearchParams({ email, token }));
    calls.who = (await answer.json()).email;
    chat.textContent = calls.who ? 'Chat: verified as ' + calls.who : 'Chat: refused';
    document.cookie = 'messagesUtk=of-' + email + '; Path=/';
    document.cookie = 'hubspotutk=of-' + email + '; Path=/';
  };

  window.HubSpotConversations = {
    widget: {
      load: start,
      remove() { calls.calls.push('remove'); chat.remove(); },
    },
    clear() {
      calls.calls.push('clear');
      calls.who = null;
      document.cookie = 'messagesUtk=; Path=/; Max-Age=0';
    },
  };
  (window.hsConversationsOnReady || []).forEach((ready) => ready());
  if ((window.hsConversationsSettings || {}).loadImmediately !== false) start();
})();
