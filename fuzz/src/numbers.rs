//! A reproducible source of numbers, so that the same input always has the same result.

/// Numbers that depend on the whole input.
pub struct Numbers(u64);

impl Numbers {
    pub fn of(input: &[u8]) -> Self {
        // FNV-1a, https://datatracker.ietf.org/doc/html/rfc9923
        let hash = input
            .iter()
            .fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3));
        Self(hash)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        // Knuth's MMIX generator, whose upper bits are the better ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}
