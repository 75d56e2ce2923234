// Small parts that several files make, and what the browser remembers of this person's habits.

export function button(text, look) {
  const made = document.createElement("button");
  made.type = "button";
  made.dataset.made = "yes";
  made.className = `pf-v6-c-button ${look}`;
  const label = document.createElement("span");
  label.className = "pf-v6-c-button__text";
  label.textContent = text;
  made.append(label);
  return made;
}

// Said once to a screen reader, without moving anything.
export function announce(text) {
  const place = document.getElementById("announce");
  if (place && place.textContent !== text) place.textContent = text;
}

// Storage may be switched off; then nothing is remembered.
export function remember(storage, key, value) {
  try {
    window[storage].setItem(`kubeflow-admin-${key}`, value);
  } catch {
    return;
  }
}

export function recall(storage, key) {
  try {
    return window[storage].getItem(`kubeflow-admin-${key}`) ?? "";
  } catch {
    return "";
  }
}
