"""Names that vulture finds unused wrongly, by the reason why each is used all the same. Read by vulture alone."""

# Values of the wire, of a file or of an enumeration that is walked whole: what a vehicle or a person may say.
_.ALERT
_.ALT_HOLD
_.ANTI_DRONE_CENTRE
_.AUTO_OPTIONS
_.BATTERY_CAPACITY_AH
_.BATTERY_CRITICAL_ACTION
_.BATTERY_CRITICAL_AH
_.BATTERY_CRITICAL_V
_.BATTERY_LOW_ACTION
_.BATTERY_LOW_AH
_.BATTERY_LOW_TIMEOUT_S
_.BATTERY_LOW_V
_.BATTERY_MONITOR
_.CANCELLED
_.CIVIL_TWILIGHT
_.CLOSED
_.COMMAND_INT_ONLY
_.COMMAND_LONG_ONLY
_.COMMAND_UNSUPPORTED_MAV_FRAME
_.CONDITION_CHANGE_ALT
_.CRASH_CHECK
_.CREATE_FILE
_.DEAD_RECKONING_FAILSAFE
_.DEAD_RECKONING_FAILSAFE_TIMEOUT_S
_.DO_PAUSE_CONTINUE
_.EKF_FAILSAFE_THRESHOLD
_.FAILSAFE_OPTIONS
_.FENCE_ALTITUDE_MIN_M
_.FENCE_MARGIN_M
_.FENCE_MARGIN_SIDEWAYS_M
_.FILE_EXISTS
_.FILE_PROTECTED
_.GCS_ONLY
_.GCS_SYSTEM_ID_MAX
_.INVALID_DATA_SIZE
_.LAND_SPEED_HIGH_M_S
_.LEAN_ANGLE_MAX_DEG
_.MISSION_START
_.NBTC_REGISTRATION
_.OFF
_.OPEN
_.OPERATOR_CERTIFICATE
_.POLICE_DUTY
_.RETURN_ALTITUDE_FRAME
_.RETURN_FINAL_ALTITUDE_M
_.RETURN_LOITER_S
_.RETURN_OPTIONS
_.RETURN_SPEED_M_S
_.TEMPORARILY_REJECTED
_.UAS_PORTAL
_.UNKNOWN
_.UNKNOWN_COMMAND
_.VIBRATION_FAILSAFE
_.WAYPOINT_ACCELERATION_CORNER_M_S2
_.WAYPOINT_ACCELERATION_M_S2
_.WAYPOINT_ACCELERATION_VERTICAL_M_S2
_.WAYPOINT_JERK_M_S3
_.WAYPOINT_RADIUS_M
_.WAYPOINT_SPEED_DOWN_M_S
_.WAYPOINT_SPEED_M_S
_.WAYPOINT_SPEED_UP_M_S
_.WRITE_FILE
_._value_

# Fields that go out whole, as JSON.
_.battery_age_s
_.gps_age_s
_.identity_errors
_.max_height_m
_.mission_age_s
_.mode_age_s
_.picked_up
_.position_age_s
_.started_utc

# Called or read by a library: asyncio, click, Rich, expat, zipfile, simplekml, pymavlink, DroneKit.
_.CharacterDataHandler
_.EndElementHandler
_.StartDoctypeDeclHandler
_.StartElementHandler
_._death_error
_.buffer_text
_.compress_type
_.connection_lost
_.connection_made
_.data_received
_.datagram_received
_.error_received
_.fix_targets
_.force_mavlink1
_.format_commands
_.forward_loop
_.VERBOSE
_.buffer_size
_.get_command
_.get_renderables
_.list_commands
_.on_broken_pipe
_.on_connect
_.on_connect_fail
_.on_disconnect
_.on_publish
_.pipe
_.quiet
_.robust_parsing
_.styleurl
_.target_component
_.timespan

# For scripts: the documented Python face.
_.__getattr__

# A key of dronectl.toml that people write, though nothing asks for it yet.
_.image_height_px

# What tests ask, of tables that are held row by row against vehicles and of machines that they watch.
_.all_renames
_.by_interval
_.is_on

# What uvicorn asks of a server, and is told.
_.capture_signals
_.force_exit
_.should_exit
