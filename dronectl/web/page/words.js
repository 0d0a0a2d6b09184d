/* Every word of the page, in Thai and in English. */
const WORDS = {
  skip: ["ข้ามแผนที่ไปที่ข้อมูล", "Skip the map"], map: ["แผนที่", "Map"], mapOfSite: ["แผนที่พื้นที่ปฏิบัติงานและโดรน", "Map of the site and the drones"],
  panels: ["ข้อมูล", "Panels"], connecting: ["กำลังเชื่อมต่อ", "connecting"], live: ["สด", "live"], old: ["ขาดการเชื่อมต่อ ภาพเก่า สั่งการไม่ได้", "DISCONNECTED, old picture, no orders"],
  soundOff: ["เสียงปิดอยู่ แตะเพื่อเปิด", "Sound is off: tap to turn on"], soundOn: ["เสียงเปิด", "Sound is on"], dark: ["มืด", "Dark"], light: ["สว่าง", "Light"],
  keys: ["ปุ่มลัด ?", "Keys ?"], login: ["เข้าสู่ระบบเพื่อสั่งการ", "Log in to give orders"], logout: ["ออกจากระบบ", "Log out"],
  ending: ["คำสั่งฉุกเฉิน", "Orders that end a flight"], all: ["ทุกลำ", "All"], hold: ["หยุดลอยนิ่ง", "Hold"], rtl: ["กลับฐาน", "Return"], land: ["ลงจอดตรงนี้", "Land here"],
  alarms: ["แจ้งเตือน", "Alarms"], none: ["ไม่มี", "none"], over: ["จบแล้ว", "over"], seenBy: ["รับทราบโดย", "seen by"], allSeen: ["รับทราบทั้งหมด", "Seen, all of them"], seen: ["รับทราบ", "Seen"], ago: ["ก่อน", "ago"],
  drones: ["โดรน", "Drones"], drone: ["โดรน", "drone"], phase: ["สถานะ", "phase"], height: ["สูง", "height"], battery: ["แบต", "battery"], left: ["เหลือ", "left"], heard: ["ได้ยิน", "heard"], never: ["ไม่เคย", "never"],
  orders: ["คำสั่ง", "Orders"], what: ["คำสั่ง", "Order"], who: ["ลำ", "Drone"], where: ["ที่ไหน (ชื่อ หรือ ละติจูด,ลองจิจูด หรือแตะแผนที่)", "Where (a name, or LAT,LON, or tap the map)"], heightOr: ["สูงจากฐาน (เมตร) ว่าง = ชั้นของลำนั้น", "Metres above home; empty: its own layer"],
  look: ["ไปดู", "look at a place"], goto: ["บินไปที่", "fly to a place"], resume: ["กลับไปลาดตระเวน", "give the patrol back"], ask: ["ถามก่อนสั่ง", "Ask"], asking: ["กำลังพิสูจน์เส้นทาง…", "proving the way …"],
  orderOne: ["สั่งทีละลำ: ไปดู บินไป กลับไปลาดตระเวน", "Order one drone: look, fly to, patrol"], newIncident: ["บันทึกเหตุใหม่", "Write an incident down"],
  incidents: ["เหตุ", "Incidents"], kind: ["ประเภท", "Kind"], words: ["คำบอกเล่า", "Words"], writeDown: ["บันทึกเหตุ", "Write it down"], dispatch: ["ส่งโดรน", "Send a drone"], closeIt: ["ปิดเหตุ", "Close"], noneOpen: ["ไม่มีเหตุค้าง", "none open"], add: ["บันทึกเหตุ", "write down"],
  spots: ["จุดเสี่ยง: ไม่มีโดรนนานเท่าใด", "Hot spots: how long alone"], noPlan: ["ไม่ได้เปิดด้วย --plan จึงไม่ทราบ", "not known: started without --plan"], atLeast: ["อย่างน้อย", "at least"], of: ["จากที่สัญญาไว้", "of"], min: ["นาที", "min"],
  timetable: ["ตารางบินวันนี้", "Flights today"], time: ["เวลา", "time"], patrol: ["ภารกิจ", "patrol"], state: ["สถานะ", "state"],
  cameras: ["กล้องวงจรปิด", "Fixed cameras"], stream: ["ภาพสด", "live picture"], snapshot: ["ภาพนิ่ง", "snapshot"], noLink: ["ไม่มีลิงก์", "no link"], sees: ["เห็นเหตุ", "sees"],
  traffic: ["อากาศยานอื่น", "Other aircraft"], noReceiver: ["ไม่มีเครื่องรับ: ไม่ทราบ", "no receiver: not known"],
  choose: ["เลือก", "Choose"], confirm: ["ยืนยัน", "Confirm"], takeBack: ["ยกเลิก", "Take back"], secondsLeft: ["ตอบได้อีก", "to answer:"], s: ["วินาที", "s"], changed: ["เปลี่ยนไปแล้ว คำตอบนี้ใช้ไม่ได้", "It changed; this answer is void"], gone: ["หมดเวลา ไม่ได้สั่ง ถามใหม่", "Too late; nothing was ordered: ask again"],
  notSent: ["ไม่ได้ส่ง ขาดการเชื่อมต่อ", "Not sent: no connection"], nobody: ["ไม่มีใครเข้าสู่ระบบ", "Nobody is logged in"], mayBeSent: ["การเชื่อมต่อขาดระหว่างส่ง อาจสั่งไปแล้ว ดูรายการคำสั่ง", "The connection broke meanwhile: it may have been given; look at the orders"],
  loginTitle: ["เข้าสู่ระบบเพื่อสั่งการ", "Log in to give orders"], name: ["ชื่อ", "Name"], token: ["รหัส", "Token"], logIn: ["เข้าสู่ระบบ", "Log in"], close: ["ปิด", "Close"], wrong: ["ชื่อหรือรหัสไม่ถูกต้อง", "Name or token are wrong"], wait: ["รอ", "wait"],
  keysTitle: ["ปุ่มลัด", "Keys"], keysOn: ["ใช้ปุ่มลัด", "Keys are on"], by: ["โดย", "by"],
};
const KEYS = [
  ["H", "hold"], ["R", "rtl"], ["L", "land"], ["1–9", "drone"], ["A", "all"], ["Enter, Y", "confirm"], ["Esc", "takeBack"], ["S", "allSeen"], ["M", "soundOn"], ["D", "dispatch"], ["I", "writeDown"], ["O", "ask"], ["T", "theme"], ["G", "language"], ["?", "keysTitle"],
];
WORDS.theme = ["มืดหรือสว่าง", "Dark or light"]; WORDS.language = ["ไทยหรืออังกฤษ", "Thai or English"];
const PHASES = {
  unheard: "ไม่เคยได้ยิน", standing: "จอดอยู่", arming: "ติดเครื่อง", climbing: "กำลังขึ้น", patrol: "ลาดตระเวน", dispatched: "ไปที่เหตุ", holding: "ลอยนิ่ง", returning: "กำลังกลับ", landing: "กำลังลง", landed: "ลงแล้ว", steered: "นักบินบังคับ", lost: "ขาดการติดต่อ",
};
const STATES = {
  later: "ยังไม่ถึงเวลา", due: "ถึงเวลาแล้ว", late: "ล่าช้า", flying: "กำลังบิน", flown: "บินแล้ว", stopped: "หยุดกลางคัน", missed: "ไม่ได้บิน", "any time": "เมื่อใดก็ได้",
  there: "มีโดรนอยู่", ok: "ปกติ", soon: "ใกล้ครบ", overdue: "เกินกำหนด", unknown: "ยังไม่ทราบ", going: "กำลังทำ", done: "ยืนยันแล้ว", failed: "ไม่สำเร็จ",
};
const STATE_SIGNS = { later: "○", due: "◔", late: "▲", flying: "▶", flown: "✓", stopped: "✕", missed: "✕", "any time": "○", there: "●", ok: "✓", soon: "◔", overdue: "▲", unknown: "?", going: "…", done: "✓", failed: "✕" };
const KINDS = {
  fight: "ทะเลาะวิวาท", robbery: "ชิงทรัพย์", theft: "ลักทรัพย์", accident: "อุบัติเหตุ", fire: "เพลิงไหม้", flood: "น้ำท่วม", medical: "เจ็บป่วยฉุกเฉิน", missing: "คนหาย", suspicious: "บุคคลต้องสงสัย", crowd: "ชุมนุม", noise: "เสียงดังรบกวน", other: "อื่น ๆ",
};
const isThai = () => document.documentElement.lang !== "en";
const t = (key) => WORDS[key][isThai() ? 0 : 1];
const either = (thai, english) => (isThai() && thai ? thai : english);
const stateWords = (state) => STATE_SIGNS[state] + " " + either(STATES[state], state);
