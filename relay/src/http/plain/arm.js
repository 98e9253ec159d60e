(() => {
  const form = document.querySelector('form');
  const yes = form.querySelector('.yes');
  let timer = 0;
  const arm = () => {
    clearTimeout(timer);
    yes.disabled = true;
    if (document.visibilityState === 'visible') timer = setTimeout(() => (yes.disabled = false), 500);
  };
  document.addEventListener('visibilitychange', arm);
  addEventListener('pageshow', arm);
  form.addEventListener('submit', () => setTimeout(() => (yes.disabled = true), 0));
  arm();
})();
