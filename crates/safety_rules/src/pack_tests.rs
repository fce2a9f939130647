use crate::Pack;

#[test]
fn the_shipped_pack_can_be_read() {
    assert!(!Pack::shipped().rule_ids().is_empty());
}
