// Shows what came while the site was closed, and opens where it is read. It keeps no page and answers for none.
self.addEventListener("push", (event) => {
  const told = event.data?.json() ?? {};
  if (!told.title) return;
  const shown = { lang: told.language, tag: told.tag, data: { path: told.path } };
  event.waitUntil(self.registration.showNotification(told.title, shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = new URL(event.notification.data?.path ?? "/", self.location.origin);
  if (address.origin === self.location.origin) event.waitUntil(self.clients.openWindow(address.href));
});
