# Notifications of the clinic's app, and the devices that get them.

devices-title = My devices
devices-intro = These devices get the clinic’s notifications as long as you stay signed in there and open the app at least once a month.
devices-none = No device yet. Open the clinic’s app on your phone and sign in: it will show up here.
devices-here = this one
devices-on-android = Android
devices-on-ios = iPhone or iPad
devices-on-web = Browser
devices-seen = Last seen on { $at }
devices-forget = Forget
devices-forget-of = Forget { $name }

outbox-push = Notification
reason-push = Sent as a notification.
reason-no_device = The app is on no device of this person, or the number is not theirs alone.
provider-firebase = Firebase
provider-do-no_device = Open the app on your phone and sign in, then try again.
provider-do-device_gone = Open the app on your phone and sign in, then try again.
problem-no-device = You have no device with the app. Open the app on your phone and sign in, then try again.
problem-no-push = No notifications leave from here for now. Nothing was changed. Tell your administrator.
audit-does-device-register = { $actor } registered a device for notifications.
audit-action-device-register = Register a device
audit-does-device-forget = { $actor } forgot a device.
audit-action-device-forget = Forget a device
audit-object-device = Device
