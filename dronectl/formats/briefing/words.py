"""What a briefing sheet says, in Thai and English: what an item does, the check before a flight, the orders."""

from __future__ import annotations

from dronectl.model.plan.mission import Command, Frame, MissionItem

CHECKLIST = (
    ("อนุญาตและใบสำคัญอยู่กับตัว ยังไม่หมดอายุ", "papers at hand and valid"),
    ("อากาศ ลม และทัศนวิสัยอยู่ในเกณฑ์", "weather, wind and sight within limits"),
    ("พื้นที่ขึ้นลงโล่ง ไม่มีคนใต้แนวบิน", "take-off place clear, nobody below the route"),
    ("แจ้งหน่วยที่เกี่ยวข้องและสนามบินแล้ว", "units concerned and aerodromes told"),
    ("ใบพัด แขน และตัวถังไม่เสียหาย", "propellers, arms and frame sound"),
    ("แบตเตอรี่เต็ม ล็อกแน่น รวมถึงรีโมต", "batteries full and locked, transmitter too"),
    ("การ์ดหน่วยความจำและเลนส์กล้องพร้อม", "memory card in, lens clean"),
    ("ลิงก์และรีโมตตอบสนอง: dronectl fleet ready", "links and transmitter answer: dronectl fleet ready"),
    ("แผนในโดรนตรงกับแผนนี้: dronectl push", "the plan on board is this one: dronectl push"),
    ("ความสูง RTL และ failsafe ตั้งค่าแล้ว ตรวจในโดรน", "altitude of return and failsafes set, read from the vehicle"),
    ("GPS และ EKF พร้อม จุดกลับบ้านถูกต้อง", "GPS and EKF ready, home is right"),
    ("ผู้สังเกตการณ์ประจำจุด วิทยุใช้ได้", "observers in place, radios work"),
)

ORDERS = (
    ("hold", "หยุดลอยอยู่กับที่", "stop and hover here"),
    ("resume", "บินภารกิจต่อ", "go on with the mission"),
    ("rtl", "กลับจุดขึ้นบินและลงจอด", "return to launch and land"),
    ("land", "ลงจอดตรงนี้ทันที", "land here, now"),
)
"""(command, Thai, English): what can be typed when things go wrong."""

_ACTIONS: dict[int, str] = {
    Command.NAV_WAYPOINT: "บินไป · fly to",
    Command.NAV_SPLINE_WAYPOINT: "บินโค้งไป · spline to",
    Command.NAV_TAKEOFF: "ขึ้นบิน · take off",
    Command.NAV_LAND: "ลงจอด · land",
    Command.NAV_RETURN_TO_LAUNCH: "กลับจุดขึ้นบิน · return",
    Command.NAV_LOITER_UNLIM: "ลอยรอคำสั่ง · hold until ordered",
    Command.NAV_LOITER_TIME: "ลอยตัว · hold",
    Command.NAV_LOITER_TURNS: "บินวน · circle",
    Command.NAV_DELAY: "รอ · wait",
    Command.CONDITION_DELAY: "รอ · wait",
    Command.CONDITION_YAW: "หันหัว · turn",
    Command.DO_CHANGE_SPEED: "ความเร็ว · speed",
    Command.DO_SET_CAM_TRIGG_DIST: "ถ่ายภาพ · photographs",
    Command.DO_DIGICAM_CONTROL: "ถ่ายหนึ่งภาพ · one photograph",
    Command.DO_SET_ROI: "กล้องชี้ไป · camera at",
    Command.DO_JUMP: "ทำซ้ำจาก · repeat from",
    Command.DO_MOUNT_CONTROL: "มุมกล้อง · gimbal",
    Command.DO_GIMBAL_MANAGER_PITCHYAW: "มุมกล้อง · gimbal",
    Command.VIDEO_START_CAPTURE: "เริ่มวิดีโอ · video on",
    Command.VIDEO_STOP_CAPTURE: "หยุดวิดีโอ · video off",
    Command.DO_LAND_START: "เริ่มลำดับลงจอด · landing sequence",
}
_FRAMES: dict[int, str] = {
    Frame.GLOBAL: "AMSL",
    Frame.GLOBAL_INT: "AMSL",
    Frame.GLOBAL_TERRAIN_ALT: "AGL",
    Frame.GLOBAL_TERRAIN_ALT_INT: "AGL",
}
_HOLD_IN_PARAM1 = (Command.NAV_WAYPOINT, Command.NAV_LOITER_TIME, Command.NAV_DELAY, Command.CONDITION_DELAY)


def action(item: MissionItem) -> str:
    """What an item does, with the number that matters: ``ลอยตัว · hold 15 s``; its MAVLink name where it is rare."""
    words = _ACTIONS.get(item.command, item.command_name())
    if item.command in _HOLD_IN_PARAM1 and item.param1 > 0.0:
        return f"{words}{' + hold' if item.command == Command.NAV_WAYPOINT else ''} {item.param1:g} s"
    match item.command:
        case Command.NAV_LOITER_TURNS:
            return f"{words} {item.param1:g} × r {abs(item.param3):g} m"
        case Command.DO_CHANGE_SPEED:
            return f"{words} {item.param2:g} m/s"
        case Command.DO_SET_CAM_TRIGG_DIST:
            return f"{words}: {item.param1:g} m" if item.param1 > 0.0 else "หยุดถ่ายภาพ · photographs off"
        case Command.DO_JUMP:
            return f"{words} {item.param1:g}, {item.param2:g}×"
        case Command.DO_SET_ROI if (item.lat_e7, item.lon_e7) == (0, 0):
            return "เลิกชี้กล้อง · camera free"
        case Command.CONDITION_YAW:
            return f"{words} {item.param1:g}°"
        case _:
            return words


def altitude(item: MissionItem) -> str:
    """``58 m`` above home, ``203 m AMSL``, ``58 m AGL``."""
    frame = _FRAMES.get(item.frame)
    return f"{item.altitude_m:g} m {frame}" if frame else f"{item.altitude_m:g} m"
