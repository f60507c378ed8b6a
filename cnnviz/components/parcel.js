// Hands over what another component shows: see parcel.py.

import { deliver, unpack } from "./shared.js";

export default function ({ data }) {
  if (data) deliver(...unpack(data));
}
